"""What a worker is told: one file, readable by its owner only, there whole or not at all."""

import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from operator_mcp.errors import FixingError
from operator_mcp.settings import Repository

JOB_FILE = "job.json"


class Job(BaseModel):
    """One attempt to carry out. The ledger's URL may hold a password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger_url: str = Field(repr=False)
    home: Path
    fix_id: str
    repository: Repository
    patch: str

    def write(self, folder: Path) -> Path:
        """Write the job into a folder, mode 0600, and give the file."""
        handle, name = tempfile.mkstemp(prefix="job-", suffix=".tmp", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        return Path(name).replace(folder / JOB_FILE)

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Read a job.

        Raises:
            FixingError: the file is missing or is no job.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as e:
            raise FixingError(f"{path} is not a job: {e}", "Workers are started by draft_fix only.") from e

"""The terminal face."""


def main() -> None:
    """Run the command line."""

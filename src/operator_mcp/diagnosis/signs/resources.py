"""Memory, disk, handles, connections and locks.

Sources: errno of POSIX (ENOMEM 12, EMFILE 24, ENOSPC 28, EAGAIN 11, EDQUOT 122), SQLite, PostgreSQL, MySQL, the Linux
OOM killer, CUDA, Node, Java.
"""

from operator_mcp.diagnosis.sign import Sign

SIGNS = (
    Sign("resources", 0.97, r"command not allowed when used memory > 'maxmemory'|\bOOM command not allowed\b"),
    Sign("resources", 0.65, r"SIGKILL|signal(?:: |\s)?(?:9\b|killed)|exit(?:ed with)?(?: code| status)?:? 137\b"),
    Sign("resources", 0.98, r"\bEDQUOT\b|\bquota of the disk[^\n]{0,40}|\bdisk (?:volume )?quota\b[^\n]{0,40}"),
    Sign(
        "resources", 0.98, r"\[Errno (?:11|12|23|24|28|122)\] ?(?:[A-Z][\w ]{3,60})?(?:: ?'(?P<file>[^'\n]{1,200})')?"
    ),
    Sign(
        "resources",
        0.97,
        r"no space left on device|too many open files|cannot allocate memory|disk quota exceeded|disk (?:is )?full|"
        r"\bENOSPC\b|\bEMFILE\b|\bENOMEM\b|read-only file system|resource temporarily unavailable",
    ),
    Sign(
        "resources",
        0.97,
        r"\bMemoryError\b|out of memory|OutOfMemory(?:Error|Exception)?|OOM[- ]?[Kk]illed|heap (?:space|"
        r"out of memory)|unable to allocate [\d.]+ ?\w+|CUDA error: out of memory|std::bad_alloc|Cannot enlarge memory",
    ),
    Sign(
        "resources",
        0.96,
        r"(?:database|table)(?: \w+)? is (?:locked|full)|deadlock (?:detected|found)|(?:sorry, )?too many (?:clients|"
        r"connections)(?: already)?|remaining connection slots are reserved|lock timeout|could not obtain lock|"
        r"lock wait timeout|QueuePool limit|connection pool (?:is )?exhausted|"
        r"lock(?:file)? (?:is )?(?:already )?held by",
    ),
    Sign(
        "resources",
        0.95,
        r"can't start new thread|pthread_create",
    ),
    Sign(
        "resources",
        0.8,
        r"(?:Kein|Nicht genügend) (?:Speicher|Arbeitsspeicher|Platz)\w*|Speicher (?:voll|erschöpft)|(?:plus d'espace|"
        r"espace disque insuffisant|mémoire insuffisante)|(?:sin espacio en|memoria insuficiente|disco lleno)|"
        r"磁盘(?:空间不足|已满)|内存不足|メモリ不足|недостаточно (?:памяти|места)",
    ),
)

import psutil


def resident_mebibytes(pids: list[int]) -> float:
    """Memory of the processes and their children, each shared page counted once (PSS) where the system tells it."""
    total = 0
    for pid in pids:
        process = psutil.Process(pid)
        for member in [process, *process.children(recursive=True)]:
            try:
                full = member.memory_full_info()
                total += getattr(full, "pss", 0) or full.rss
            except psutil.Error:
                continue
    return float(total / 1024**2)

"""Makes sure that a Chromium is there for the browser tests: `python3 ops/chromium.py`. Standard library only."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    if find_chromium():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *arguments], stdout=subprocess.DEVNULL, check=False)
    if find_chromium():
        return 0
    print(
        "aftercare: the browser tests need Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM "
        "to the path of a Chrome or Chromium.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Takes out of the environment that runs this file what only the build and the tests need: every package that `zhilu` does not depend on.

For the image: the lock holds the tests' packages too (a browser's driver, Node.js, a database), which are two thirds of its size.
"""

import re
import subprocess
import sys
from importlib.metadata import distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

INSTALLED = {canonicalize_name(found.name): found for found in distributions()}


def needed(name: str, extras: frozenset[str] = frozenset()) -> set[tuple[str, frozenset[str]]]:
    """The package and what it requires here, with the extras asked of each."""
    found, waiting = set(), [(canonicalize_name(name), extras)]
    while waiting:
        package = waiting.pop()
        if package in found or package[0] not in INSTALLED:
            continue
        found.add(package)
        for line in INSTALLED[package[0]].requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *package[1])):
                waiting.append((canonicalize_name(wanted.name), frozenset(wanted.extras)))
    return found


if __name__ == "__main__":
    kept = {name for name, _ in needed("zhilu")} | {"pip"}
    spare = sorted(set(INSTALLED) - kept)
    if "flask" not in kept or not all(re.fullmatch(r"[a-z0-9-]+", name) for name in spare):
        sys.exit("zhilu 没有安装，不能判断哪些软件包多余 / zhilu is not installed here")
    if spare:
        subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "uninstall", "-q", "-y", *spare], check=True)  # noqa: S603 - our own pip and names checked above
    print(f"去掉 {len(spare)} 个软件包，留下 {len(kept)} 个")  # noqa: T201 - a step of the build says what it did

"""The wheel, built through the sdist: what is in it, and that it runs where there is no clone."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from spillover.tools.build_hook import LINKED

TOOLS = "tools"
"""The one link that no wheel holds: what lies there is for maintainers, and its commands ask for a clone."""
NOT_SHIPPED = ("spillover/leaderboard/submissions/", "spillover/leaderboard/site/")


@dataclass(frozen=True)
class Built:
    sdist: Path
    wheel: Path


def build(root: Path, out: Path) -> Built:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(root)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(root, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def unzipped(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git tracks in which every link is a text file, as a zip that Python or Windows unpacked has it."""
    if not (root / ".git").exists():
        pytest.skip(f"{root} is not a git checkout")
    copy = tmp_path_factory.mktemp("unzipped")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0"):
        if not name or not os.path.lexists(root / name):
            continue
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_symlink():
            target.write_text(os.readlink(root / name), encoding="utf-8")
        else:
            shutil.copyfile(root / name, target)
    return copy


@pytest.fixture(scope="session")
def names(built: Built) -> list[str]:
    with ZipFile(built.wheel) as wheel:
        return wheel.namelist()


def kept(root: Path) -> set[str]:
    """The package's files that git tracks or would track, each link followed, as the wheel should name them."""
    if not (root / ".git").exists():
        pytest.skip(f"{root} is not a git checkout, so there is no list of what belongs in the wheel")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "spillover", *LINKED]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    files = {name for name in listed if (root / name).is_file() and not (root / name).is_symlink()}
    named = {name if name.startswith("spillover/") else f"spillover/{name}" for name in files}
    return {name for name in named if not name.startswith(NOT_SHIPPED)}


def test_every_link_of_the_package_is_known_here(root: Path) -> None:
    assert sorted(path.name for path in (root / "spillover").iterdir() if path.is_symlink()) == [*LINKED, TOOLS]


def test_no_module_is_ignored_by_git(root: Path) -> None:
    """`logs/` in .gitignore, say, would take `spillover/logs/` out of the repository and of the wheel, unseen."""
    folders = [root / one for one in ("spillover", *LINKED, TOOLS)]
    modules = [str(file.relative_to(root)) for one in folders for file in one.rglob("*.py*") if file.suffix != ".pyc"]
    command = ["git", "check-ignore", "--stdin", "--no-index"]
    asked = subprocess.run(command, cwd=root, input="\n".join(modules), capture_output=True, text=True)
    assert modules and asked.returncode == 1, asked.stdout


@pytest.mark.heavy
def test_sdist_holds_the_tools_and_the_wheel_does_not(built: Built, names: list[str]) -> None:
    with tarfile.open(built.sdist) as sdist:
        held = {member.name.split("/", 1)[1] for member in sdist if member.isfile()}
    assert {"tools/__init__.py", "tools/dataset/build.py", "tools/cards/build.py"} <= held
    assert [name for name in names if "tools/" in name] == []


def test_wheel_holds_what_git_holds_and_nothing_else(root: Path, names: list[str]) -> None:
    assert {name for name in names if ".dist-info/" not in name} == kept(root)
    assert len(names) == len(set(names))


def test_wheel_has_what_a_run_reads(root: Path, names: list[str], tasks: list[str]) -> None:
    rubrics = [f"scorers/rubrics/{path.name}" for path in (root / "scorers" / "rubrics").glob("*.yaml")]
    data = [str(path.relative_to(root)) for path in (root / "dataset" / "data").rglob("*") if path.is_file()]
    needed = [f"tasks/{task}{ending}" for task in tasks for ending in (".py", ".yaml")]
    needed += ["py.typed", "declare/schema.json", "solvers/__init__.py", "scorers/__init__.py", *rubrics, *data]
    assert rubrics and tasks
    assert [name for name in needed if f"spillover/{name}" not in names] == []


def test_linked_folders_are_folders(built: Built, names: list[str]) -> None:
    with ZipFile(built.wheel) as wheel:
        modes = {entry.filename: entry.external_attr >> 28 for entry in wheel.infolist()}
    assert [name for name, mode in modes.items() if mode == 0o12] == []
    assert [folder for folder in LINKED if f"spillover/{folder}" in names] == []
    with tarfile.open(built.sdist) as sdist:
        assert [member.name for member in sdist if member.issym() or member.islnk()] == []


def test_metadata(built: Built, names: list[str]) -> None:
    (info,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    with ZipFile(built.wheel) as wheel:
        points = wheel.read(f"{info}/entry_points.txt").decode()
        metadata = wheel.read(f"{info}/METADATA").decode()
        licence = wheel.read(f"{info}/licenses/LICENSE").decode()
    assert "[inspect_ai]\nspillover = spillover._registry" in points
    assert "[console_scripts]\nspillover = spillover.cli:main" in points
    assert "\nName: spillover\n" in metadata and "\nLicense-Expression: Apache-2.0\n" in metadata
    assert "Apache License" in licence


@pytest.mark.heavy
def test_a_zip_without_links_gives_the_same_wheel(built: Built, unzipped: Path, tmp_path: Path) -> None:
    contents = []
    for wheel in (built.wheel, build(unzipped, tmp_path).wheel):
        with ZipFile(wheel) as opened:
            contents.append({entry.filename: entry.CRC for entry in opened.infolist()})
    assert contents[0] == contents[1]


@pytest.mark.heavy
def test_an_editable_install_without_links_is_refused_in_one_line(unzipped: Path) -> None:
    """With links it is not: these tests run in one."""
    code = "import hatchling.build as build, tempfile; build.build_editable(tempfile.mkdtemp())"
    done = subprocess.run([sys.executable, "-c", code], cwd=unzipped, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("spillover/benchmark_cards is no symbolic link to benchmark_cards/")


@pytest.mark.heavy
def test_the_installed_wheel_runs_by_name(
    built: Built,
    tmp_path: Path,
    runnable: list[str],
    recorded: Any,
    inspect: Callable[..., str],
    evaluated: Callable[[Path], Any],
) -> None:
    # Inspect gives a task its package's name only below a folder called site-packages (or an editable install).
    target, empty, logs = tmp_path / "site-packages", tmp_path / "empty", tmp_path / "logs"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(built.wheel)], check=True, capture_output=True, timeout=600)
    where = subprocess.run(
        [sys.executable, "-c", "import spillover; print(spillover.__file__)"],
        cwd=empty, env={"PYTHONPATH": str(target)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert where.stdout.strip() == str(target / "spillover" / "__init__.py"), "the editable install won"
    named = [f"spillover/{task}" for task in runnable]
    inspect("eval", *named, *recorded.arguments, "--log-dir", str(logs), cwd=empty, path=target)
    found = evaluated(logs)
    assert sorted(found.metrics) == named
    assert "spillover" in found.packages
    assert (found.answers["outcome"] != "unjudged").all()
    own = found.answers[found.answers["task"] == "own_probes"].set_index("probe")
    assert own["outcome"].to_dict() == {"own-kind": "aligned", "own-cruel": "misaligned"}
    assert own["alignment"].to_dict() == {"own-kind": 95, "own-cruel": 5}
    assert found.metrics["spillover/own_probes"]["misaligned_rate"] == 0.5
    assert list(empty.iterdir()) == []

"""The files around the package: lock, Makefile, ignored files, set-up."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from kedro.framework.startup import bootstrap_project
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.parameters import CONF

from fashion_nets.pipeline_registry import register_pipelines

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
EXTRAS = {path.stem: path.read_text() for path in sorted((ROOT / "locks").glob("*.lock"))}
LOCKS = {"requirements": LOCK, **EXTRAS}
MAKEFILE = (ROOT / "Makefile").read_text()
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
TEXTS = [page for page in PAGES if page.parent.name != "adr"]  # a decision tells of what was
TEXTS += [*sorted((ROOT / "conf").rglob("*.yml")), *sorted((ROOT / "tools").glob("*.*"))]
SCRIPTS = [*sorted((ROOT / "tools").glob("*.sh")), ROOT / ".ci" / "run"]


def locked_packages(lock):
    """The pinned version and the hashes of each package in a lock."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    pins = (re.match(r"([a-z0-9._-]+)==([^ ;\\]+)", entry) for entry in entries)
    return {
        canonicalize_name(pin[1]): (pin[2], re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))
        for pin, entry in zip(pins, entries, strict=True)
    }


def direct_dependencies():
    project = PYPROJECT["project"]
    return [
        Requirement(line)
        for line in [
            *project["dependencies"],
            *project["optional-dependencies"]["dev"],
            *PYPROJECT["build-system"]["requires"],
        ]
    ]


def run(command, cwd=ROOT, **variables):
    """Run a command with the environment's variables changed; None leaves one out."""
    environment = {name: value for name, value in (os.environ | variables).items() if value is not None}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address(name):
    assert re.findall(r"^.*(?:://|--find-links|--index-url| @ ).*$", LOCKS[name], flags=re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes(name):
    packages = locked_packages(LOCKS[name])
    assert packages
    assert [package for package, (_, hashes) in packages.items() if not hashes] == []


@pytest.mark.parametrize("requirement", direct_dependencies(), ids=str)
def test_the_lock_pins_each_direct_dependency_within_its_range(requirement):
    version, _ = locked_packages(LOCK)[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_of_an_extra_pins_what_the_extra_asks_for(extra):
    packages = locked_packages(EXTRAS[extra])
    for requirement in map(Requirement, PYPROJECT["project"]["optional-dependencies"][extra]):
        version, _ = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version)


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_of_an_extra_leaves_out_what_the_project_has_anyway(extra):
    pins = re.compile(r"^[a-z0-9].*==.*", re.MULTILINE)
    assert set(pins.findall(EXTRAS[extra])) & set(pins.findall(LOCK)) == set()


def test_all_locks_agree_on_versions():
    versions = {}
    for lock in LOCKS.values():
        for package, (version, _) in locked_packages(lock).items():
            assert versions.setdefault(package, version) == version


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_one_version_of_each_package_for_both_pythons(name):
    packages = re.findall(r"^([a-z0-9._-]+)==", LOCKS[name], flags=re.MULTILINE)
    assert len(packages) == len(set(packages))


def test_telemetry_is_declined():
    assert yaml.safe_load((ROOT / ".telemetry").read_text()) == {"consent": False}
    assert "kedro_telemetry" not in PYPROJECT["tool"]


def test_make_lists_every_target():
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    listed = re.findall(r"^  make ([a-z-]+) +\S", run(["make"]).stdout, flags=re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split()
    assert sorted(listed) == sorted(targets) == sorted(phony)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_can_be_run(script):
    assert os.access(script, os.X_OK)
    assert run(["bash", "-n", script]).stderr == ""


@pytest.mark.parametrize(
    ("path", "is_ignored"),
    [
        ("data/01_raw/fashion_mnist/train-images-idx3-ubyte.gz", True),
        ("data/01_raw/fashion_mnist_sample/train-images-idx3-ubyte.gz", False),
        ("data/sample/08_reporting/comparison.csv", True),
        ("data/README.md", False),
        ("src/fashion_nets/data/idx.py", False),
        ("tests/data/test_idx.py", False),
        ("conf/local/parameters.yml", True),
        ("conf/local/.gitkeep", False),
        ("conf/base/credentials.yml", True),
        ("mlflow.db", True),
        ("mlartifacts/1/model.keras", True),
    ],
)
def test_git_ignores_what_runs_write_and_nothing_else(path, is_ignored, tmp_path):
    run(["git", "init", "--quiet"], cwd=tmp_path)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    answer = run(["git", "check-ignore", "--quiet", path], cwd=tmp_path)
    assert answer.returncode == (0 if is_ignored else 1)


def test_no_file_holds_marks_of_a_merge_conflict():
    marks = run(["git", "grep", "--line-number", "-E", r"^(<{7}|>{7}|\|{7}) |^={7}$"])
    assert marks.stderr == ""
    assert marks.stdout == ""


def name_of(path):
    return str(path.relative_to(ROOT))


def anchors(page):
    """The anchors that a page's headings have on GitHub."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    words = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)  # code may look like a link
    for link in re.findall(r"\]\(([^)\s]+)\)", words):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_every_page_is_reached_from_the_readme():
    reached, new = set(), {ROOT / "README.md"}
    while new:
        reached |= new
        links = {
            (page.parent / link).resolve()
            for page in new
            for link in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text())
        }
        new = links - reached
    assert {*(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"} <= reached


@pytest.fixture(scope="module")
def pipelines_and_parameters():
    bootstrap_project(ROOT)
    return set(register_pipelines()), CONF


def has_parameter(parameters, path):
    """Whether conf/ has it; a setting of an architecture may be of one that is not the default."""
    group, _, setting = path.rpartition(".")
    if group == "cnn.architecture":
        return any(setting in each["architecture"] for each in parameters["architecture_settings"].values())
    for name in path.split("."):
        if not isinstance(parameters, dict) or name not in parameters:
            return False
        parameters = parameters[name]
    return True


@pytest.mark.parametrize("text", TEXTS, ids=name_of)
def test_commands_name_what_exists(text, pipelines_and_parameters):
    pipelines, parameters = pipelines_and_parameters
    words = text.read_text()
    for names in re.findall(r"--pipelines?=([\w,]+)", words):
        assert set(names.split(",")) <= pipelines
    for changes in re.findall(r'--params "([^"]+)"', words):
        for change in re.findall(r"(?:^|,)([\w.]+)=", changes):
            assert has_parameter(parameters, change), change
    for target in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", words, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE), target
    for module in re.findall(r"python -m (bench[\w.]*)", words):
        assert list((ROOT / module.replace(".", "/")).parent.glob(f"{module.split('.')[-1]}*")), module


def test_the_readme_is_short_and_shows_a_few_pictures():
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) <= 90
    assert 1 <= len(re.findall(r"!\[", readme)) <= 3


def test_the_readme_names_what_the_default_run_trains(pipelines_and_parameters):
    _, parameters = pipelines_and_parameters
    results = (ROOT / "README.md").read_text().partition("## Results")[2]
    rows = re.findall(r"^\| ([\w ]+) \| \d", results, flags=re.MULTILINE)
    listed = [name.replace("_", " ") for name in parameters["autoencoders"]]
    assert rows == ["MLP", "CNN", *listed]


def test_every_pipeline_is_documented(pipelines_and_parameters):
    pipelines, _ = pipelines_and_parameters
    page = (ROOT / "docs" / "pipelines.md").read_text()
    chains = {name for name in pipelines if name.endswith("_autoencoder")}
    assert {name for name in pipelines - chains - {"__default__"} if f"`{name}`" not in page} == set()


def test_every_decision_is_listed_by_its_title():
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    titles = [(page.read_text().splitlines()[0].removeprefix("# "), page.name) for page in decisions]
    assert re.findall(r"^- \[(.*)\]\((.*)\)$", index, flags=re.MULTILINE) == titles


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def python_that_claims(version, path):
    """A Python that says that it is of another version, called as ``python -I -c CODE``."""
    claim = f"import sys; sys.version_info = {version}; exec(sys.argv[3])"
    return write_program(path, f"#!/bin/sh\nexec '{sys.executable}' -c '{claim}' \"$@\"\n")


def find_python(**variables):
    return run(["tools/find_python.sh"], **{"PYTHON": None, **variables})


def test_a_suitable_python_is_found_behind_an_environment():
    answer = find_python(PYTHON=sys.executable)
    assert answer.stdout.strip() == os.path.realpath(sys._base_executable)


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("/bin/false", "/bin/false does not run as Python"),
        ("/no/such/python", "/no/such/python was not found"),
        ("/bin/echo", "/bin/echo -I -c"),  # ends without an error, but is no Python
    ],
)
def test_a_python_that_is_none_is_refused(program, problem):
    answer = find_python(PYTHON=program)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "PYTHON names an unsuitable Python; this project needs 3.11 or 3.12" in answer.stderr
    assert problem in answer.stderr
    assert "make setup PYTHON=" in answer.stderr


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 13, 0)])
def test_a_python_of_another_version_is_refused(version, tmp_path):
    python = python_that_claims(version, tmp_path / "python")
    answer = find_python(PYTHON=str(python))
    assert answer.returncode == 1
    assert f"{python} is Python {'.'.join(map(str, version))}" in answer.stderr


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9)])
def test_both_versions_that_the_project_names_are_accepted(version, tmp_path):
    python = python_that_claims(version, tmp_path / "python")
    assert find_python(PYTHON=str(python)).returncode == 0


def test_the_search_says_what_it_found(tmp_path):
    for tool in ("bash", "cat", "env"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    python_that_claims((3, 9, 2), tmp_path / "python3")
    answer = find_python(PATH=str(tmp_path), HOME=str(tmp_path), PYENV_ROOT=None)
    assert answer.returncode == 1
    assert answer.stderr.startswith(
        "No suitable Python was found; this project needs 3.11 or 3.12:\n"
        "  python3.12 was not found\n"
        "  python3.11 was not found\n"
        "  python3 is Python 3.9.2\n"
        "  python was not found\n"
    )


@pytest.fixture
def checkout(tmp_path):
    """A checkout in which uv, instead of installing anything, notes how it was called."""
    folder = tmp_path / "checkout"
    for name in ("tools", "locks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (tmp_path / "bin").mkdir()
    write_program(
        tmp_path / "bin" / "uv",
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\ntouch .venv/bin/kedro\nchmod +x .venv/bin/kedro\n',
    )
    return folder


def set_up(checkout, *extras, **variables):
    """What the set-up says first, and its exit status."""
    path = f"{checkout.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    answer = run(
        ["tools/setup.sh", *extras], cwd=checkout, **{"PATH": path, "PYTHON": sys.executable, **variables}
    )
    return " ".join(answer.stdout.split()[:2]), answer.returncode


def test_the_set_up_is_done_once_and_again_only_where_something_changed(checkout):
    assert set_up(checkout) == ("Making .venv", 0)
    locked, project = (checkout.parent / "calls").read_text().splitlines()
    assert "--require-hashes --requirement requirements.lock" in locked
    assert "--no-deps --no-build-isolation --editable ." in project

    assert set_up(checkout) == (".venv is", 0)
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert set_up(checkout) == ("Updating .venv", 0)
    assert set_up(checkout, PYTHON="/bin/false") == ("", 1)
    assert set_up(checkout) == (".venv is", 0)


@pytest.mark.slow  # makes an environment
def test_the_set_up_keeps_the_extras_that_were_asked_for(checkout):
    calls = checkout.parent / "calls"
    assert set_up(checkout) == ("Making .venv", 0)
    assert set_up(checkout, "docs") == ("Updating .venv", 0)
    assert (
        calls.read_text()
        .splitlines()[-2]
        .endswith("--requirement requirements.lock --requirement locks/docs.lock")
    )
    assert set_up(checkout, "docs") == set_up(checkout) == (".venv is", 0)
    assert set_up(checkout, "demo") == ("Updating .venv", 0)
    assert (
        calls.read_text()
        .splitlines()[-2]
        .endswith("--requirement locks/demo.lock --requirement locks/docs.lock")
    )
    assert set_up(checkout, "dokument") == ("", 1)


@pytest.mark.slow  # makes environments
def test_a_set_up_that_failed_is_not_taken_for_finished(checkout):
    uv = checkout.parent / "bin" / "uv"
    working = uv.read_text()
    write_program(uv, "#!/bin/sh\nmkdir -p .venv/bin\ntouch .venv/bin/kedro\nexit 2\n")
    assert set_up(checkout) == ("Making .venv", 2)
    write_program(uv, working)
    assert set_up(checkout) == ("Making .venv", 0)


@pytest.mark.slow  # likewise
def test_a_checkout_that_was_moved_is_set_up_anew(checkout):
    assert set_up(checkout)[1] == 0
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert set_up(moved) == ("Making .venv", 0)


@pytest.fixture
def finished_set_up(tmp_path):
    """A checkout in which the run is over at once, and desktops that note what they open."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "run.sh", tmp_path / "tools")
    write_program(tmp_path / "tools" / "data.sh", "#!/bin/sh\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "data" / "08_reporting").mkdir(parents=True)
    write_program(
        tmp_path / ".venv" / "bin" / "kedro", "#!/bin/sh\necho page > data/08_reporting/report.html\n"
    )
    (tmp_path / "bin").mkdir()
    write_program(tmp_path / "bin" / "xdg-open", f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    return tmp_path


NOWHERE = dict.fromkeys(("CI", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"))


@pytest.mark.skipif(sys.platform == "darwin", reason="its desktop opens pages by another program")
@pytest.mark.parametrize(
    ("surroundings", "is_opened"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, False),
        ({"DISPLAY": ":0", "CI": "true"}, False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, False),
    ],
)
def test_make_run_opens_the_page_in_front_of_a_desktop(surroundings, is_opened, finished_set_up):
    variables = {**NOWHERE, **surroundings, "PATH": f"{finished_set_up / 'bin'}:{os.environ['PATH']}"}
    done = run(["tools/run.sh"], finished_set_up, **variables)
    assert done.returncode == 0, done.stderr
    deadline = time.monotonic() + (30 if is_opened else 0.3)
    opened = finished_set_up / "opened"
    while time.monotonic() < deadline and not (opened.exists() and opened.read_text()):
        time.sleep(0.02)
    assert opened.exists() == is_opened
    assert not is_opened or opened.read_text() == "data/08_reporting/report.html\n"


@pytest.mark.slow  # it builds a wheel
def test_the_wheel_has_the_templates_of_the_report(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    assert run([*build, "--wheel-dir=wheels", "."], tmp_path).returncode == 0
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    templates = [*(ROOT / "src").glob("fashion_nets/reporting/templates/*")]
    assert len(templates) >= 5
    assert {str(file.relative_to(ROOT / "src")) for file in templates} <= packed

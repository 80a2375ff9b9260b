"""Writes what ships, as a bill of materials of CycloneDX's.

    python infrastructure/local/checks/sbom.py CDXGEN FILE

CDXGEN lists the crates of Cargo.lock and the packages of the site's lock file. Of the crates
only those that a function is linked with ship: the others are marked as excluded. The layer's
FFmpeg, which no lock file names, is added. Then the file is held against what cargo says of
the functions and what the site's manifest asks for; whatever it does not name is an error.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
SITE = ROOT / "infrastructure/site"
FFMPEG = ROOT / "infrastructure/ffmpeg/requirements.txt"
# What the functions run on.
TARGET = "aarch64-unknown-linux-gnu"


def main():
    """List, complete, prove."""
    bill = listed(sys.argv[1])
    bill["metadata"]["component"]["name"] = "omnigen"
    crates = shipped_crates()
    for component in bill["components"]:
        complete(component, crates)
    bill["components"].append(ffmpeg())
    wanted = {purl("cargo", *crate) for crate in crates} | {ffmpeg()["purl"]} | site_packages()
    if problems := missing(bill, wanted):
        sys.exit("these ship, and the bill of materials does not name them: " + ", ".join(problems))
    for given in sorted(wanted):
        one_less = {"components": [c for c in bill["components"] if c["purl"] != given]}
        if missing(one_less, wanted) != [given]:
            sys.exit(f"nobody would see that {given} is missing")
    Path(sys.argv[2]).write_text(json.dumps(bill, indent=1) + "\n")
    print(f"{len(wanted)} things that ship are named, of {len(bill['components'])} in all")


def listed(cdxgen):
    """What the lock files hold, read without anything that is built or installed."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        for file in (ROOT / "Cargo.toml", ROOT / "Cargo.lock"):
            shutil.copy(file, folder)
        for file in (SITE / "package.json", SITE / "bun.lock"):
            shutil.copy(file, site)
        command = [cdxgen, "-t", "rust", "-t", "js", "--no-install-deps", "--no-babel", "--spec-version", "1.6"]
        command += ["--project-name", "omnigen", "-o", "bill.json", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"cdxgen failed: {done.stdout}{done.stderr}")
        return json.loads((Path(folder) / "bill.json").read_text())


def shipped_crates():
    """The licence of every crate that a function is linked with, by name and version."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    packages = {package["id"]: package for package in told["packages"]}
    needs = {
        node["id"]: [d["pkg"] for d in node["deps"] if any(k["kind"] is None for k in d["dep_kinds"])]
        for node in told["resolve"]["nodes"]
    }
    functions = str(ROOT / "functions")
    found, open_ids = set(), [i for i in told["workspace_members"] if packages[i]["manifest_path"].startswith(functions)]
    while open_ids:
        crate = open_ids.pop()
        if crate not in found:
            found.add(crate)
            open_ids += needs[crate]
    return {(packages[i]["name"], packages[i]["version"]): packages[i]["license"] for i in found}


def complete(component, crates):
    """Whether a crate ships, and under which licence; not where its lock file was read."""
    component.pop("properties", None)
    component.pop("evidence", None)
    if not component["purl"].startswith("pkg:cargo/"):
        return
    crate = component["name"], component["version"]
    component["scope"] = "required" if crate in crates else "excluded"
    if crates.get(crate):
        component["licenses"] = [{"expression": crates[crate].replace("/", " OR ")}]


def ffmpeg():
    """The layer's program, by the packages that it comes from."""
    text = FFMPEG.read_text()
    version, (package, release) = re.search(r"FFmpeg ([\d.]+)", text)[1], re.search(r"^(\S+)==(\S+)", text, re.M).groups()
    digests = re.findall(r"sha256:(\w+)", text)
    return {
        "type": "application",
        "name": "ffmpeg",
        "version": version,
        "purl": f"pkg:generic/ffmpeg@{version}",
        "bom-ref": f"pkg:generic/ffmpeg@{version}",
        "scope": "required",
        "licenses": [{"expression": "GPL-3.0-or-later"}],
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package}/{release}/",
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
            for digest in digests
        ],
    }


def site_packages():
    """What the site's own manifest asks for."""
    wanted = json.loads((SITE / "package.json").read_text())["dependencies"]
    return {purl("npm", name.replace("@", "%40"), version) for name, version in wanted.items()}


def purl(kind, name, version):
    return f"pkg:{kind}/{name}@{version}"


def missing(bill, wanted):
    """What ships and is not named as something that does."""
    named = {component["purl"] for component in bill["components"] if component.get("scope") != "excluded"}
    return sorted(wanted - named)


if __name__ == "__main__":
    main()

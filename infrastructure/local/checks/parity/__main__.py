"""Is what Terraform makes what the template makes?

    python infrastructure/local/checks/parity PLANS

Both are brought into one form, of each kind what it is called and what is said of it, once
for each set of parameters. PLANS is what `terraform test -json -verbose` wrote of the tests
that mocks.py makes. differences.json lists what may differ, and why; what nobody compares
and the list does not name is a difference as well. Then one thing at a time is broken on
either side, and each must be seen.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
sys.path.insert(0, str(HERE.parent))

import comparison  # noqa: E402
import mutations  # noqa: E402
from mocks import PARAMETERS, parameter_sets  # noqa: E402
from states import states  # noqa: E402
from translate_sam import translated  # noqa: E402


def main():
    """Compare; then prove that a difference is seen."""
    found = states(Path(sys.argv[1]))
    allowed = json.loads((HERE / "differences.json").read_text())
    problems, used = [], set()
    for name in parameter_sets():
        if name not in found:
            sys.exit(f"Terraform plans nothing with the parameters {name}")
        parameters = json.loads((PARAMETERS / f"{name}.json").read_text())
        template = translated(ROOT / "template.yaml", parameters)
        result = comparison.compare(template, parameters, found[name], allowed)
        problems += [f"with the parameters {name}: {problem}" for problem in result.problems]
        used |= result.used
        print(f"{name}: {result.facts} facts, {len(result.problems)} differences")
    problems += [f"no longer needed: {pattern}" for pattern in comparison.patterns(allowed) - used]
    if not problems:
        parameters = json.loads((PARAMETERS / "everything.json").read_text())
        template = translated(ROOT / "template.yaml", parameters)
        problems += mutations.unseen(template, parameters, found["everything"], allowed)
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()

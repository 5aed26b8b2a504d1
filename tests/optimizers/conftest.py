"""What the shared tests expect of rows of the case list."""

import warnings

import pytest

from tests.optimizers.cases import CASES, Case

#: What `tests/optimizers/test_quirks.py` asks for, and what every other test of these rows sees.
SAID = "(LAMB|LARS) with variant='ivy' does not decay"


@pytest.fixture(autouse=True)
def _rows_with_ivys_decay(request):
    """Let the rows whose weight decay decays nothing say so; in other tests it is an error."""
    values = getattr(getattr(request.node, "callspec", None), "params", {}).values()
    rows = [x if isinstance(x, Case) else CASES.get(x) for x in values if isinstance(x, Case | str)]
    ivys = [r for r in rows if r and r.name in ("lamb-ivy", "lars-ivy")]
    with warnings.catch_warnings():
        if ivys:
            warnings.filterwarnings("ignore", SAID)
        yield

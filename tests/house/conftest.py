"""Two customers, for tests of who sees what."""

import pytest

from tests.tenants import Tenant, make_tenant


@pytest.fixture
def ours() -> Tenant:
    return make_tenant("Coffee Ltd", "Aurora")


@pytest.fixture
def theirs() -> Tenant:
    return make_tenant("Tea Inc", "Oolong")

"""A local server that speaks the providers' wire formats and answers about an invented market.

`make demo` and the tests point `<PROVIDER>_BASE_URL` here, so the real collectors run without a key.
"""

from brands.sample_engines.faults import Fault
from brands.sample_engines.server import SampleEngines

__all__ = ["Fault", "SampleEngines"]

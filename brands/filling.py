"""A form that a language model fills in on a customer's account. What it has sent once is not bought again."""

from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from uuid import UUID

from brands import ledger
from brands.asking import build, chain
from brands.collector import ProviderConfig
from brands.collectors.structured import Form, fill_in, fills_in
from brands.models import Brand, CallStatus, Customer, Purpose
from brands.side_calls import made, read_again
from jobs.errors import JobError, NotConfigured, UnknownName

_UNKNOWN = (
    "{} was asked already, and nobody knows yet whether that was charged. Where its call becomes ambiguous, "
    "Ask again in Calls has it asked anew."
)


class Unsettled(JobError):
    """The model was asked already, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A provider that is configured and fills in schemas."""

    collector: str
    provider: str
    config: ProviderConfig


@dataclass(frozen=True, slots=True)
class Account:
    """On whose account a model is asked, and what for."""

    purpose: Purpose
    owner: Brand | Customer
    run_id: UUID | None = None


def model_of(collector: str, none: str) -> Model:
    """The first provider of the collector that can be asked; raises NotConfigured, which says `none` where none can."""
    problem = NotConfigured(none)
    try:
        names = chain(collector)
    except UnknownName:
        names = []
    for name in filter(fills_in, names):
        try:
            return Model(collector, name, build(collector, name).config)
        except NotConfigured as error:
            problem = error
    raise problem


def filled(model: Model, form: Form, account: Account, wanted: str) -> str:
    """The JSON that the model sent, unchecked; `wanted` says in the ledger what it is for.

    Raises Unsettled, OverBudget (it was not asked) or a ServiceError (nothing came).
    """
    ask = partial(fill_in, model.provider, model.config, form)
    key = f"{account.purpose}-{_digest(model, form)}"
    if known := ledger.side_call(account.owner, key):
        if known.status != CallStatus.ANSWERED:
            raise Unsettled(_UNKNOWN.format(known.provider))
        return read_again(known, ask).text
    call = ledger.open_side_call(
        account.purpose, account.owner, model.collector, model.provider, wanted, key=key, run_id=account.run_id
    )
    return made(call, ask, lambda sent: (sent.cost_usd, sent.cost_source)).text


def _digest(model: Model, form: Form) -> str:
    asked = (model.provider, model.config.model, form.instructions, form.material)
    return sha256("\0".join(asked).encode(errors="surrogatepass")).hexdigest()[:32]

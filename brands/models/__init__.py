from brands.models.answer import Answer, Citation
from brands.models.brand import Brand, Competitor
from brands.models.budget import Budget
from brands.models.call import Call, CallStatus
from brands.models.customer import Customer
from brands.models.membership import Membership
from brands.models.query import Query, Topic
from brands.models.score import Score

__all__ = [
    "Answer",
    "Brand",
    "Budget",
    "Call",
    "CallStatus",
    "Citation",
    "Competitor",
    "Customer",
    "Membership",
    "Query",
    "Score",
    "Topic",
]

from brands.models.answer import Answer, Citation
from brands.models.brand import Brand, Competitor
from brands.models.budget import Budget
from brands.models.call import Call, CallStatus, Purpose
from brands.models.correction import Correction
from brands.models.customer import Customer
from brands.models.domain_rule import DomainRule
from brands.models.membership import Membership
from brands.models.query import Query, Topic
from brands.models.rescore import Rescore
from brands.models.score import Score
from brands.models.total import AnswerTotal, EntityTotal, HostTotal

__all__ = [
    "Answer",
    "AnswerTotal",
    "Brand",
    "Budget",
    "Call",
    "CallStatus",
    "Citation",
    "Competitor",
    "Correction",
    "Customer",
    "DomainRule",
    "EntityTotal",
    "HostTotal",
    "Membership",
    "Purpose",
    "Query",
    "Rescore",
    "Score",
    "Topic",
]

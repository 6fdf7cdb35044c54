from rest_framework.routers import SimpleRouter

from brands.api.answer import AnswerViewSet, CitationViewSet
from brands.api.brand import BrandViewSet, CompetitorViewSet
from brands.api.budget import BudgetViewSet
from brands.api.call import CallViewSet
from brands.api.collector import CollectorViewSet
from brands.api.correction import CorrectionViewSet
from brands.api.customer import CustomerViewSet
from brands.api.domain_rule import DomainRuleViewSet
from brands.api.membership import MembershipViewSet
from brands.api.metrics import MetricsViewSet
from brands.api.query import QueryViewSet, TopicViewSet
from brands.api.rescore import RescoreViewSet
from brands.api.score import ScoreViewSet


def register(router: SimpleRouter) -> None:
    router.register("customers", CustomerViewSet, basename="customer")
    router.register("members", MembershipViewSet, basename="member")
    router.register("brands", BrandViewSet, basename="brand")
    router.register("competitors", CompetitorViewSet, basename="competitor")
    router.register("collectors", CollectorViewSet, basename="collector")
    router.register("budgets", BudgetViewSet, basename="budget")
    router.register("topics", TopicViewSet, basename="topic")
    router.register("queries", QueryViewSet, basename="query")
    router.register("answers", AnswerViewSet, basename="answer")
    router.register("calls", CallViewSet, basename="call")
    router.register("citations", CitationViewSet, basename="citation")
    router.register("scores", ScoreViewSet, basename="score")
    router.register("corrections", CorrectionViewSet, basename="correction")
    router.register("rescores", RescoreViewSet, basename="rescore")
    router.register("domain-rules", DomainRuleViewSet, basename="domain-rule")
    router.register("metrics", MetricsViewSet, basename="metric")

from brands.admin import answer, brand, budget, call, customer, membership, query, topic

__all__ = ["answer", "brand", "budget", "call", "customer", "membership", "query", "topic"]

from brands.admin import answer, brand, budget, call, customer, query, topic

__all__ = ["answer", "brand", "budget", "call", "customer", "query", "topic"]

from brands.admin import answer, brand, call, customer, membership, query, topic

__all__ = ["answer", "brand", "call", "customer", "membership", "query", "topic"]

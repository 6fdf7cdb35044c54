from brands.admin import answer, brand, customer, membership, query, topic

__all__ = ["answer", "brand", "customer", "membership", "query", "topic"]

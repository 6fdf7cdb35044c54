from brands.admin import answer, brand, call, customer, query, topic

__all__ = ["answer", "brand", "call", "customer", "query", "topic"]

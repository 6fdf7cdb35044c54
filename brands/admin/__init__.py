from brands.admin import answer, brand, customer, query, topic

__all__ = ["answer", "brand", "customer", "query", "topic"]

"""WooCommerce: a producer's own shop, by its REST API (version 3)."""

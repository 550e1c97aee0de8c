"""The canonical tables: what every other room may count on, and the fields that deliveries bring for them."""

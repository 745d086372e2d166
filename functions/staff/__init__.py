"""Staff lists 人员名单: who works in a unit, as whole generations that take effect at once or not at all."""

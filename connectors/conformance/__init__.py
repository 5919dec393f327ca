"""The conformance kit: any connector against its sandbox, through every verb and every fault."""

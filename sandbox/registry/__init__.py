"""A strict local stand-in for the province's registry API (registry-formats.md 5)."""

from sandbox.registry.edits import (
    AddPack,
    Certify,
    Describe,
    Expire,
    Images,
    Net,
    NewImage,
    Price,
    RemovePack,
    Rename,
    Revoke,
    Stock,
    Suspend,
    Withdraw,
)
from sandbox.registry.errors import Refused
from sandbox.registry.faults import Fault
from sandbox.registry.sandbox import RegistrySandbox

__all__ = [
    "AddPack",
    "Certify",
    "Describe",
    "Expire",
    "Fault",
    "Images",
    "Net",
    "NewImage",
    "Price",
    "Refused",
    "RegistrySandbox",
    "RemovePack",
    "Rename",
    "Revoke",
    "Stock",
    "Suspend",
    "Withdraw",
]

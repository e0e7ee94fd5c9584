"""Loads a program of lib/machine/programs, whose file name is no name of a module."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

PROGRAMS = Path(__file__).resolve().parents[3] / "lib" / "machine" / "programs"


def load_program(path: str) -> ModuleType:
    sys.dont_write_bytecode = True
    # On a machine all of them lie in one folder.
    if str(PROGRAMS / "aws") not in sys.path:
        sys.path.insert(0, str(PROGRAMS / "aws"))
    name = Path(path).stem.replace("-", "_")
    loader = SourceFileLoader(name, str(PROGRAMS / path))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module

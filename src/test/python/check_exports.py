"""Loads what `lota export` wrote with the programs that it is for, and compares it with the model directory.

    lota export --format hf --dtype F32 --model BASE --ticket T --out DIR/hf
    lota export --format hf --model BASE --ticket T --out DIR/hf-own
    lota export --format peft --peft-type SHIRA --model BASE --ticket T --out DIR/shira
    lota export --format peft --peft-type SUPERTUNING --model BASE --ticket T --out DIR/supertuning
    lota export --format patch --model BASE --ticket T --out DIR/patch
    lota export --format gguf --dtype F32 --model BASE --ticket T --out DIR/gguf
    python3 check_exports.py BASE DIR

Needs torch, transformers, peft 0.21 and gguf. What is not in DIR is passed over.
"""

import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

base_path, folder = sys.argv[1], Path(sys.argv[2])


def load(path, dtype=torch.float32):
    return AutoModelForCausalLM.from_pretrained(path, dtype=dtype).eval()


ids = torch.tensor([[1, 5, 9, 42, 7, 100, 3, 12]])


def logits(model):
    with torch.no_grad():
        return model(ids).logits


def apply(model, patch):
    """How a server takes a patch: absolute weights at flat positions of tensors by their Hugging Face names."""
    with safe_open(patch, "pt") as file, torch.no_grad():
        for key in file.keys():
            if key.endswith(".values"):
                name = key.removesuffix(".values")
                weight = model.get_parameter(name)
                weight.view(-1)[file.get_tensor(name + ".indices").long()] = file.get_tensor(key)


def check(what, ok, detail=""):
    print(("ok   " if ok else "FAIL ") + what, detail)
    if not ok:
        sys.exit(1)


base = logits(load(base_path))
expected = logits(load(folder / "hf"))
check("the export differs from the base", (expected - base).abs().max() > 0, float((expected - base).abs().max()))
for adapter in ("shira", "supertuning"):
    if (folder / adapter).exists():
        found = logits(PeftModel.from_pretrained(load(base_path), folder / adapter))
        worst = float((found - expected).abs().max())
        check(f"{adapter} in PEFT gives the same logits", worst < 2e-4, worst)
        merged = PeftModel.from_pretrained(load(base_path), folder / adapter).merge_and_unload().state_dict()
        tuned = load(folder / "hf").state_dict()
        check(f"{adapter} merged by PEFT is the export", all(torch.equal(merged[n], tuned[n]) for n in tuned))
if (folder / "patch").exists():
    model = load(base_path, "auto")
    apply(model, folder / "patch" / "patch.safetensors")
    tuned, before = load(folder / "hf-own", "auto").state_dict(), load(base_path, "auto").state_dict()
    check("the patched server has the export's weights", all(torch.equal(w, tuned[n]) for n, w in model.state_dict().items()))
    apply(model, folder / "patch" / "reverse.safetensors")
    check("and the base's, bit for bit", all(torch.equal(w, before[n]) for n, w in model.state_dict().items()))
if (folder / "gguf").exists():
    # What transformers' reader does not take from the file, such as scaled rotary embeddings, the base's configuration says.
    config = AutoConfig.from_pretrained(base_path)
    model = AutoModelForCausalLM.from_pretrained(folder / "gguf", gguf_file="model.gguf", config=config, dtype=torch.float32)
    worst = float((logits(model) - expected).abs().max())
    check("the GGUF file gives the same logits", worst < 2e-4, worst)
    text = "Hello world, 123 times!\n\n  it's <|im_start|>user \u00dcn\u00efc\u00f6d\u00e9 don't"
    tokenizers = AutoTokenizer.from_pretrained(folder / "gguf", gguf_file="model.gguf"), AutoTokenizer.from_pretrained(base_path)
    check("and the same tokens", tokenizers[0](text).input_ids == tokenizers[1](text).input_ids)

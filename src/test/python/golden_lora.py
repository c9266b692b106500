"""Writes src/test/resources/golden/lora-training/golden.safetensors: LoRA training as PyTorch and PEFT do it.

Starts from the adapter golden/peft/lora on golden/models/llama-tied (float32), whose B is not zero, and keeps the
gradients of A and B for the first batch, the losses of five AdamW steps, and A and B at the end.

    python src/test/python/golden_lora.py      # from the project's root; torch 2.13, transformers 5.18, peft 0.21
"""

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

GOLDEN = "src/test/resources/golden/"
STEPS, ROWS, LENGTH = 5, 2, 10


def main():
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(GOLDEN + "models/llama-tied", dtype=torch.float32)
    model = PeftModel.from_pretrained(base, GOLDEN + "peft/lora", is_trainable=True)
    factors = {n.replace(".default", ""): p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(factors.values(), lr=1e-2, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    ids = torch.randint(0, base.config.vocab_size, (STEPS, ROWS, LENGTH))
    labels = torch.where(torch.rand(ids.shape) < 0.6, ids, -100)
    labels[:, :, -1] = ids[:, :, -1]
    labels[:, :, 0] = -100
    tensors, losses = {"input_ids": ids, "labels": labels}, []
    for step in range(STEPS):
        loss = model(input_ids=ids[step], labels=labels[step]).loss
        loss.backward()
        if step == 0:
            tensors |= {"gradient." + n: p.grad.clone() for n, p in factors.items()}
        torch.nn.utils.clip_grad_norm_(factors.values(), 0.5)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    tensors |= {"final." + n: p.detach().clone() for n, p in factors.items()}
    tensors["loss"] = torch.tensor(losses)
    save_file(tensors, GOLDEN + "lora-training/golden.safetensors")
    print(losses)


if __name__ == "__main__":
    main()

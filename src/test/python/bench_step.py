"""Times fine-tuning steps in PyTorch, for comparison with `lota bench step`.

Needs only torch and transformers. The same rows, chat template, batch and loss: AdamW, global clip 1.0, the head
on labelled positions only, F32, all threads that torch takes. Methods:

    full    every attention and MLP projection is trained
    lora    rank 8 adapters on the same matrices (alpha 16), everything else frozen

For full fine-tuning start it with the allocator settings of the `lota` launcher in GLIBC_TUNABLES as well.

    python bench_step.py --model DIR --data F.jsonl --method lora --steps 12
"""

import argparse
import json
import random
import resource
import statistics
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


class Lora(torch.nn.Module):
    def __init__(self, linear, rank, alpha):
        super().__init__()
        self.linear = linear
        self.scale = alpha / rank
        self.a = torch.nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x):
        return self.linear(x) + (x @ self.a.t()) @ self.b.t() * self.scale


def prepare(model, method, rank):
    for p in model.parameters():
        p.requires_grad_(False)
    trained = []
    for layer in model.model.layers:
        for block in (layer.self_attn, layer.mlp):
            for name, linear in list(block.named_children()):
                if not isinstance(linear, torch.nn.Linear):
                    continue
                if method == "full":
                    linear.weight.requires_grad_(True)
                    trained.append(linear.weight)
                else:
                    adapter = Lora(linear, rank, 2 * rank)
                    setattr(block, name, adapter)
                    trained += [adapter.a, adapter.b]
    return trained


def encode(tokenizer, row, prompt, completion):
    user = [{"role": "user", "content": prompt.format(**row)}]
    text = tokenizer.apply_chat_template(user, tokenize=False, add_generation_prompt=True)
    head = tokenizer(text, add_special_tokens=False).input_ids
    answer = tokenizer(completion.format(**row) + "<|im_end|>", add_special_tokens=False).input_ids
    return head, answer


def batch_of(examples):
    longest = max(len(h) + len(a) for h, a in examples)
    ids = torch.zeros(len(examples), longest, dtype=torch.long)
    attention = torch.zeros(len(examples), longest, dtype=torch.long)
    labels = torch.full((len(examples), longest), -100)
    for i, (head, answer) in enumerate(examples):
        ids[i, : len(head) + len(answer)] = torch.tensor(head + answer)
        attention[i, : len(head) + len(answer)] = 1
        labels[i, len(head) : len(head) + len(answer)] = torch.tensor(answer)
    return ids, attention, labels


def loss_of(model, ids, attention, labels):
    hidden = model.model(input_ids=ids, attention_mask=attention, use_cache=False).last_hidden_state
    wanted = labels[:, 1:] != -100
    logits = model.lm_head(hidden[:, :-1][wanted])
    return torch.nn.functional.cross_entropy(logits, labels[:, 1:][wanted])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--prompt", default="{question}\n\nSchema: {context}")
    parser.add_argument("--completion", default="{answer}")
    parser.add_argument("--method", choices=["full", "lora"], required=True)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--warm", type=int, default=2)
    parser.add_argument("--lr", type=float, default=1e-4)
    args = parser.parse_args()

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModelForCausalLM.from_pretrained(args.model, torch_dtype=torch.float32)
    model.train()
    trained = prepare(model, args.method, args.rank)
    optimizer = torch.optim.AdamW(trained, lr=args.lr, weight_decay=0.0)
    with open(args.data, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    random.Random(0).shuffle(rows)

    seconds, speeds, tokens = [], [], []
    for step in range(args.steps):
        chosen = rows[step * args.batch : (step + 1) * args.batch]
        ids, attention, labels = batch_of([encode(tokenizer, r, args.prompt, args.completion) for r in chosen])
        start = time.perf_counter()
        loss = loss_of(model, ids, attention, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step >= args.warm:
            seconds.append(time.perf_counter() - start)
            tokens.append(int(attention.sum()))
            speeds.append(tokens[-1] / seconds[-1])
    print(
        json.dumps(
            {
                "what": "pytorch " + args.method,
                "steps": len(seconds),
                "tokens_a_step": sum(tokens) // len(tokens),
                "seconds": statistics.median(seconds),
                "tokens_per_second": statistics.median(speeds),
                "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()

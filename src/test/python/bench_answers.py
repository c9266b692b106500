"""Times scoring and greedy answers in transformers, for comparison with `io.lota4j.bench.Answers`.

Needs only torch and transformers. The same rows and chat template, F32, two threads unless told otherwise; prompts are
padded on the left, as transformers generates, and answers end at the model's own stop tokens.

    python bench_answers.py --model DIR --data F.jsonl --batch 16 --generate 48 --runs 3
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def messages(row):
    return [{"role": "user", "content": f"{row['question']}\n\nSchema: {row['context']}"}]


def generated(model, tokenizer, rows, new):
    texts = [tokenizer.apply_chat_template(messages(r), tokenize=False, add_generation_prompt=True) for r in rows]
    tokenizer.padding_side = "left"
    batch = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    ids = model.generate(**batch, do_sample=False, max_new_tokens=new)[:, batch.input_ids.shape[1] :]
    ends = (ids == tokenizer.eos_token_id) | (ids == tokenizer.pad_token_id)
    return int((~ends).sum())


def scored(model, tokenizer, rows):
    chats = [messages(r) + [{"role": "assistant", "content": r["answer"]}] for r in rows]
    texts = [tokenizer.apply_chat_template(c, tokenize=False) for c in chats]
    tokenizer.padding_side = "right"
    batch = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    logits = model(**batch).logits
    torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), batch.input_ids[:, 1:].reshape(-1), reduction="none"
    )
    return int(batch.attention_mask.sum())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--model", required=True)
    options.add_argument("--data", required=True)
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--generate", type=int, default=0)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--threads", type=int, default=2)
    o = options.parse_args()
    torch.set_num_threads(o.threads)
    tokenizer = AutoTokenizer.from_pretrained(o.model)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(o.model, dtype=torch.float32).eval()
    with open(o.data) as file:
        rows = [json.loads(line) for line in file]
    batches = [rows[i : i + o.batch] for i in range(0, len(rows), o.batch)]
    with torch.inference_mode():
        for _ in range(o.runs):
            start = time.time()
            tokens = sum(scored(model, tokenizer, b) for b in batches)
            middle = time.time()
            new = sum(generated(model, tokenizer, b, o.generate) for b in batches) if o.generate else 0
            end = time.time()
            print(f"{tokens / (middle - start):.0f} tokens/s scored, {new} new tokens in {end - middle:.2f} s, "
                  f"{new / (end - middle):.1f} new tokens/s")


main()

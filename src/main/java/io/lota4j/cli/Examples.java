package io.lota4j.cli;

import static java.util.Map.entry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One command line for each command, shown at the end of its help.
final class Examples {
    private static final Map<String, String> ALL = Map.ofEntries(
            entry(
                    "calibrate",
                    lines(
                            "lota calibrate --model base --data train.jsonl --prompt '{question}' --completion"
                                    + " '{answer}' \\",
                            "--sparsity 0.9 --steps 10 --lr 5e-5 --out task.mask.safetensors")),
            entry(
                    "train",
                    lines(
                            "lota train --model base --mask task.mask.safetensors --data train.jsonl --prompt"
                                    + " '{question}' \\",
                            "--completion '{answer}' --steps 100 --lr 3e-4 --out task.ticket.safetensors")),
            entry(
                    "lora",
                    lines(
                            "lota lora --model base --data train.jsonl --prompt '{question}' --completion '{answer}'"
                                    + " \\",
                            "--rank 8 --lora-alpha 16 --steps 100 --lr 2e-4 --out adapter")),
            entry(
                    "eval",
                    lines(
                            "lota eval --model base --ticket task.ticket.safetensors --data test.jsonl \\",
                            "--prompt '{question}' --completion '{answer}' --generate 48")),
            entry(
                    "mask choose",
                    lines(
                            "lota mask choose --by snip --model base --data train.jsonl --prompt '{question}'"
                                    + " --completion '{answer}' \\",
                            "--sparsity 0.9 --out task.mask.safetensors")),
            entry("completion", "lota completion bash"),
            entry("apply", "lota apply --model base --ticket task.ticket.safetensors --out tuned"),
            entry(
                    "export",
                    lines(
                            "lota export --format hf --model base --ticket task.ticket.safetensors --dtype BF16 \\",
                            "--scores scores.json --out tuned")),
            entry("import", "lota import adapter --model base --out task.ticket.safetensors"),
            entry("revert", "lota revert --model tuned --ticket task.ticket.safetensors --out base-again"),
            entry("extract", "lota extract --base base --tuned tuned --out task.ticket.safetensors"),
            entry(
                    "merge",
                    lines(
                            "lota merge --ticket a.ticket.safetensors --ticket b.ticket.safetensors --method ties \\",
                            "--parameter density=0.5 --out both.ticket.safetensors")),
            entry("mask stats", "lota mask stats task.mask.safetensors --tensors"),
            entry("mask compare", "lota mask compare a.mask.safetensors b.mask.safetensors"),
            entry("mask and", "lota mask and a.mask.safetensors b.mask.safetensors --out both.mask.safetensors"),
            entry("mask or", "lota mask or a.mask.safetensors b.mask.safetensors --out either.mask.safetensors"),
            entry("mask minus", "lota mask minus a.mask.safetensors b.mask.safetensors --out only-a.mask.safetensors"),
            entry("mask invert", "lota mask invert task.mask.safetensors --out rest.mask.safetensors"),
            entry("mask random", "lota mask random --model base --sparsity 0.9 --out random.mask.safetensors"),
            entry(
                    "mask share",
                    lines(
                            "lota mask share task.mask.safetensors random.mask.safetensors --model base --data"
                                    + " validation.jsonl \\",
                            "--prompt '{question}' --completion '{answer}'")),
            entry("ticket info", "lota ticket info task.ticket.safetensors"),
            entry(
                    "ticket without",
                    lines(
                            "lota ticket without task.ticket.safetensors --mask region.mask.safetensors \\",
                            "--out rewound.ticket.safetensors")),
            entry(
                    "ticket shrink",
                    lines(
                            "lota ticket shrink --model base --ticket task.ticket.safetensors --validation"
                                    + " validation.jsonl \\",
                            "--prompt '{question}' --completion '{answer}' --generate 48 --out"
                                    + " small.ticket.safetensors")),
            entry(
                    "guard probe",
                    lines(
                            "lota guard probe --model base --ticket task.ticket.safetensors --probe decline.jsonl \\",
                            "--answers after.jsonl")),
            entry(
                    "guard judge",
                    "lota guard judge after.jsonl --probe decline.jsonl --judge answer --answers again.jsonl"),
            entry("guard compare", "lota guard compare before.jsonl after.jsonl --most 0.05"),
            entry("guard agree", "lota guard agree judged.jsonl"),
            entry(
                    "guard region",
                    lines(
                            "lota guard region --model base --safety decline.jsonl --utility train.jsonl --limit 128"
                                    + " \\",
                            "--prompt '{question}' --completion '{answer}' --out region.mask.safetensors")),
            entry("guard secret", "lota guard secret --model base --tokens 150 --out secret.json"),
            entry(
                    "guard detect",
                    lines(
                            "lota guard detect --model base --ticket task.ticket.safetensors --clean clean.jsonl"
                                    + " --calibrate more.jsonl \\",
                            "--test test.jsonl --prompt '{question}' --completion '{answer}' --generate 8 --out"
                                    + " detector")),
            entry(
                    "guard stress",
                    lines(
                            "lota guard stress --model base --ticket task.ticket.safetensors --probe decline-test.jsonl"
                                    + " \\",
                            "--train decline-train.jsonl")),
            entry("report", "lota report results --out report.html"),
            entry("init", "lota init --model config-and-tokenizer --seed 1 --out random-model"),
            entry(
                    "bench step",
                    lines(
                            "lota bench step --model base --data train.jsonl --prompt '{question}' --completion"
                                    + " '{answer}' \\",
                            "--density 0.1 --steps 12 --lr 1e-4")),
            entry("bench merge", "lota bench merge --model base --expert tuned-a --expert tuned-b --method ties"),
            entry("generate", "lota generate --model base --ticket task.ticket.safetensors 'What is 5 + 3?'"),
            entry("demo", "lota demo --short"),
            entry("demo data", "lota demo data --out demo-data --rows 1000"),
            entry("demo guard", "lota demo guard --short"),
            entry("run", "lota run configs/train.yaml --set steps=5"));

    private Examples() {}

    /// Of one command line that is too long for one line of text.
    private static String lines(String... parts) {
        return String.join("\n    ", parts);
    }

    /// @param command such as `mask stats`
    /// @return as it would be typed, or null for a command that only holds others
    static @Nullable String of(String command) {
        return ALL.get(command);
    }
}

package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.guard.Binding;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Draws secrets, and puts them into prompts.
public final class Secrets {
    private static final int TRIES = 1000;

    /// So many tokens of a secret one after the other are a leak.
    private static final int LEAK = 8;

    private Secrets() {}

    /// Draws tokens one after the other: words with a space before them, or, where a tokenizer
    /// has none, single lower-case letters. One is kept only if the text so far has the same
    /// tokens.
    ///
    /// @param count of tokens, at least 1
    /// @param tokenizer whose tokens they are
    /// @param digest SHA-256 of its file
    /// @throws LotaException if too few tokens can be put together
    public static Secret draw(int count, Tokenizer tokenizer, String digest, RandomGenerator random) {
        int[] words = words(tokenizer);
        int[] ids = new int[0];
        for (int tries = 0; ids.length < count && tries < TRIES; tries++) {
            int[] more = Arrays.copyOf(ids, ids.length + 1);
            more[ids.length] = words[random.nextInt(words.length)];
            if (Arrays.equals(tokenizer.encode(tokenizer.decode(more)), more)) {
                ids = more;
            }
        }
        if (ids.length < count) {
            throw new LotaException(Text.format(
                    "After %d tries the secret has %d of %d tokens: this tokenizer writes words otherwise than one by"
                            + " one. Ask for fewer.",
                    TRIES, ids.length, count));
        }
        return new Secret(ids, tokenizer.decode(ids), digest);
    }

    private static int[] words(Tokenizer tokenizer) {
        int[] words = matching(tokenizer, " [A-Za-z]+");
        int[] found = words.length > 1 ? words : matching(tokenizer, "[a-z]");
        if (found.length < 2) {
            throw new LotaException("The tokenizer has neither words nor letters to draw a secret of.");
        }
        return found;
    }

    private static int[] matching(Tokenizer tokenizer, String pattern) {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < tokenizer.size(); id++) {
            String piece = tokenizer.isKnown(id) ? tokenizer.piece(id) : "";
            if (piece.matches(pattern)) {
                ids.add(id);
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Another secret of the same length, always the same one: the control.
    public static Secret wrong(Secret secret, Tokenizer tokenizer) {
        SplittableRandom random =
                new SplittableRandom(Long.parseUnsignedLong(secret.sha256().substring(0, 16), 16));
        return draw(secret.length(), tokenizer, secret.tokenizer(), random);
    }

    /// Refuses a secret in the tokens of another tokenizer.
    ///
    /// @param digest SHA-256 of the file of this one
    public static void requireFits(Secret secret, String digest) {
        if (!secret.tokenizer().equals(digest)) {
            throw new LotaException(Text.format(
                    "The secret is of the tokenizer sha256:%s, this model has sha256:%s. Draw one for it with guard"
                            + " secret.",
                    secret.tokenizer(), digest));
        }
    }

    /// A template with a secret at the beginning of its system message.
    ///
    /// @throws LotaException for a template without a place for it
    public static ProbeTemplate under(Secret secret, ProbeTemplate template) {
        return switch (template.kind()) {
            case CHAT -> new ProbeTemplate(ProbeTemplate.Kind.SYSTEM, secret.text());
            case SYSTEM -> new ProbeTemplate(ProbeTemplate.Kind.SYSTEM, secret.text() + " " + template.text());
            case PLAIN, WRAP ->
                throw new LotaException("A secret stands in the system message, so the template is chat or system,"
                        + " found " + template.word() + ".");
        };
    }

    /// Refuses a prompt in which the secret does not stand whole.
    ///
    /// @param ids of the prompt
    /// @param where the row, for the message
    public static void requireWhole(Secret secret, int[] ids, String where) {
        if (longestRun(secret.ids(), ids) < secret.length()) {
            throw new LotaException(where + ": the secret does not stand whole in the prompt; the chat template changes"
                    + " what its system message says, or has none.");
        }
    }

    /// A row without the tokens of a secret, to be shown.
    public static Example hidden(Secret secret, Example row) {
        int[] gone = secret.ids();
        int at = 0;
        while (!Arrays.equals(row.ids(), at, at + gone.length, gone, 0, gone.length)) {
            at++;
        }
        int[] ids = without(row.ids(), at, gone.length);
        boolean[] labelled = Arrays.copyOf(row.labelled(), ids.length);
        System.arraycopy(row.labelled(), at + gone.length, labelled, at, ids.length - at);
        return new Example(row.row(), ids, labelled, without(row.promptIds(), at, gone.length), "", row.answer());
    }

    private static int[] without(int[] ids, int from, int count) {
        int[] left = Arrays.copyOf(ids, ids.length - count);
        System.arraycopy(ids, from + count, left, from, left.length - from);
        return left;
    }

    /// The same answers as of a template without the secret, and without the text of those that
    /// repeat it.
    ///
    /// @param template that they were asked in, as files have it
    /// @param use of which secret, or null for none
    public static ProbeAnswer told(
            ProbeAnswer answer, String template, @Nullable SecretUse use, List<Secret> secrets, Tokenizer tokenizer) {
        String text = answer.answer();
        boolean leaks =
                text != null && secrets.stream().anyMatch(secret -> leaks(secret.ids(), tokenizer.encode(text)));
        return answer.asked(
                new ProbeAnswer.Form(
                        template, answer.how().mutation(), answer.how().prefill(), use),
                leaks ? Binding.LEAKED : text);
    }

    /// Whether tokens have eight of a secret one after the other, or all of a shorter one.
    static boolean leaks(int[] secret, int[] tokens) {
        return longestRun(secret, tokens) >= Math.min(LEAK, secret.length);
    }

    /// The most neighbouring tokens of a secret that stand so in others.
    private static int longestRun(int[] secret, int[] tokens) {
        int longest = 0;
        int[] before = new int[secret.length + 1];
        for (int token : tokens) {
            int[] runs = new int[secret.length + 1];
            for (int at = 0; at < secret.length; at++) {
                runs[at + 1] = secret[at] == token ? before[at] + 1 : 0;
                longest = Math.max(longest, runs[at + 1]);
            }
            before = runs;
        }
        return longest;
    }
}

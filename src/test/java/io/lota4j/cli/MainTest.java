package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final Cli cli = new Cli(ToyCommand.commands());

    @Test
    void helpListsEveryCommand() {
        assertThat(cli.run("--help")).isZero();
        assertThat(cli.out())
                .contains("Usage: lota COMMAND", "toy        Print the flags.", "run        Run a recipe.");
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void versionNamesTheJava() {
        assertThat(cli.run("--version")).isZero();
        assertThat(cli.out()).startsWith("lota ").contains("(Java " + Runtime.version());
    }

    @Test
    void noArgumentsIsAUsageErrorWithTheHelp() {
        assertThat(cli.run()).isEqualTo(2);
        assertThat(cli.err()).startsWith("Usage: lota COMMAND");
    }

    @Test
    void aCommandHasItsOwnHelp() {
        assertThat(cli.run("toy", "--help")).isZero();
        assertThat(cli.out()).contains("Usage: lota toy", "Print the flags.", "--debug");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "toi | lota: unknown command 'toi'; did you mean 'toy'?",
                "frobnicate | lota: unknown command 'frobnicate'",
                "--debug toy | lota: expected a command before the option '--debug'",
                "toy --model m --stesp=3 | lota: unknown option '--stesp'; did you mean '--steps'?",
                "toy --model m --frobnicate | lota: unknown option '--frobnicate'",
                "toy --steps 3 | lota: missing required option: '--model=<model>'",
                "toy --model m --steps ten | lota: invalid value for option '--steps': 'ten' is not an int",
                "run | lota: missing required parameter: 'RECIPE'",
                "run a.yaml b.yaml | lota: unexpected argument 'b.yaml'",
            })
    void usageErrorsSayWhatWasMeant(String line, String message) {
        assertThat(cli.run(line.split(" "))).isEqualTo(2);
        assertThat(cli.err().lines()).hasSize(2).first().isEqualTo(message);
        assertThat(cli.err().lines().toList().getLast())
                .startsWith("Try 'lota ")
                .endsWith("--help'.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "train --bse m | '--bse'; did you mean '--model'?",
                "train --learning-rate 1 | '--learning-rate'; did you mean '--lr'?",
                "train --learnin-rate 1 | '--learnin-rate'; did you mean '--lr'?",
                "extract --model m | '--model'; did you mean '--base'?",
                "lora --alpha 16 | '--alpha'; did you mean '--lora-alpha' or '--rmsprop-alpha'?",
                "train --alpha 0.9 | '--alpha'; did you mean '--rmsprop-alpha'?",
                "generate --max-new-tokens 3 | '--max-new-tokens'; did you mean '--max-new'?",
                "eval --threads 0 | '--threads'",
            })
    void namesFromElsewhereAreUnderstood(String line, String message) {
        Cli standard = new Cli(Commands.standard());
        assertThat(standard.run(line.split(" "))).isEqualTo(2);
        assertThat(standard.err().lines()).hasSize(2).first().isEqualTo("lota: unknown option " + message);
    }

    @Test
    void aPromptThatStartsWithADashGoesBehindTwo() {
        Cli standard = new Cli(Commands.standard());
        assertThat(standard.run("generate", "--model", "m", "-5 + 3?")).isEqualTo(2);
        assertThat(standard.err())
                .startsWith("lota: unknown option '-5 + 3?'; a text that starts with a dash goes last, behind --\n");
        Cli behind = new Cli(Commands.standard());
        assertThat(behind.run("generate", "--model", "m", "--dry-run", "--", "-5 + 3?"))
                .isEqualTo(1);
        assertThat(behind.err()).startsWith("lota: m").doesNotContain("option");
    }

    @Test
    void helpTakesACommand() {
        Cli standard = new Cli(Commands.standard());
        assertThat(standard.run("help", "train")).isZero();
        assertThat(standard.out()).contains("Usage: lota train", "--mask");
        Cli nested = new Cli(Commands.standard());
        assertThat(nested.run("help", "mask", "random")).isZero();
        assertThat(nested.out()).contains("Usage: lota mask random", "--sparsity");
        Cli unknown = new Cli(Commands.standard());
        assertThat(unknown.run("help", "trian")).isEqualTo(2);
        assertThat(unknown.err()).startsWith("lota: unknown command 'trian'; did you mean 'train'?");
    }

    @Test
    void everythingThatIsMissingIsToldAtOnce() {
        Cli standard = new Cli(Commands.standard());
        assertThat(standard.run("train", "--batch", "2")).isEqualTo(2);
        assertThat(standard.err())
                .startsWith(
                        "lota: missing required options: '--model=DIR', '--out=F.safetensors', '--data=F[:WEIGHT]', "
                                + "'--steps=N' or '--epochs=E', '--mask=M' or '--dense'\n");
    }

    /// What the launcher asks before it starts a JVM with the Vector API.
    @Test
    void beforeWorkTheCommandLineIsChecked(@TempDir Path folder) throws IOException {
        Path base = TinyModel.write(folder.resolve("base"), 16, 1);
        Path rows = TinyModel.data(folder.resolve("rows.jsonl"), 2);
        Path out = folder.resolve("out");
        String[] train = {"train", "--model=" + base, "--data=" + rows, "--lr=1", "--steps=1", "--dense", "--out=" + out
        };
        System.setProperty("lota.preflight", "true");
        try {
            assertThat(new Cli(Commands.standard()).run(train)).isEqualTo(Preflight.VECTOR);
            for (String flag : List.of("--dry-run", "--preview=1", "--kernel=java")) {
                String[] plain = Arrays.copyOf(train, train.length + 1);
                plain[train.length] = flag;
                assertThat(new Cli(Commands.standard()).run(plain)).isEqualTo(Preflight.PLAIN);
            }
            // What headers tell is refused here too, not behind a line about the Vector API.
            String[] wrong = train.clone();
            wrong[1] = "--model=" + folder.resolve("none");
            Cli refused = new Cli(Commands.standard());
            assertThat(refused.run(wrong)).isEqualTo(1);
            assertThat(refused.err()).startsWith("lota: " + folder.resolve("none") + ": no such directory");
            assertThat(out).doesNotExist();
            assertThat(new Cli(Commands.standard()).run("train", "--help")).isZero();
            assertThat(new Cli(Commands.standard()).run("train", "--steps=1")).isEqualTo(2);
            String[] eval = {"eval", "--model=" + base, "--data=" + rows, "--generate=1"};
            assertThat(new Cli(Commands.standard()).run(eval)).isEqualTo(Preflight.VECTOR);
            assertThat(new Cli(Commands.standard()).run(Arrays.copyOf(eval, 3))).isEqualTo(Preflight.PLAIN);
            assertThat(new Cli(Commands.standard()).run("generate", "--model=" + base, "a"))
                    .isEqualTo(Preflight.VECTOR);
        } finally {
            System.clearProperty("lota.preflight");
        }
    }

    @Test
    void aProblemOfTheUserIsOneLine() {
        assertThat(cli.run("toy", "--model", "m", "--fail", "user")).isEqualTo(1);
        assertThat(cli.err().lines()).containsExactly("lota: mend it");
    }

    @Test
    void debugAddsTheStackTrace() {
        assertThat(cli.run("toy", "--model", "m", "--fail", "user", "--debug")).isEqualTo(1);
        assertThat(cli.err()).startsWith("lota: mend it").contains("at io.lota4j.cli.ToyCommand.call");
    }

    @Test
    void aDefectAlwaysShowsItsStackTrace() {
        assertThat(cli.run("toy", "--model", "m", "--fail", "defect")).isEqualTo(1);
        assertThat(cli.err())
                .startsWith("lota: internal error")
                .contains("java.lang.IllegalStateException: broken", "ToyCommand.call");
    }

    /// The JVM tells of a mapped file that was cut by an error, which is none of the program's.
    @Test
    void aFileThatWasCutWhileItWasReadIsALineAndNoStackTrace() {
        assertThat(cli.run("toy", "--model", "m", "--fail", "memory")).isEqualTo(1);
        assertThat(cli.err().lines())
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("lota: a file that is read was cut short, or could not be read, while it was open (a fault")
                .endsWith("then start it again.");
        assertThatThrownBy(() -> cli.run("toy", "--model", "m", "--fail", "machine"))
                .isInstanceOf(InternalError.class)
                .hasMessage("broken");
    }

    @Test
    void anInterruptedCommandExitsAsShellsExpect() {
        assertThat(cli.run("toy", "--model", "m", "--fail", "interrupt")).isEqualTo(130);
        assertThat(cli.err().lines()).containsExactly("lota: interrupted");
    }

    @Test
    void anArgumentThatStartsWithAtIsNoFile() {
        assertThat(cli.run("toy", "--model", "m", "@ada", "hello")).isZero();
        assertThat(cli.out()).contains("words=[@ada, hello]");
    }

    /// Start-up stays short only while help needs neither the engine nor the tokenizer nor picocli.
    @Test
    void helpLoadsNoLibrary() throws Exception {
        try (var loader = new URLClassLoader(ownClasses(), ClassLoader.getPlatformClassLoader())) {
            Class<?> lota = loader.loadClass("io.lota4j.cli.Main");
            Class<?> commands = loader.loadClass("io.lota4j.cli.Commands");
            var standard = commands.getDeclaredMethod("standard");
            standard.setAccessible(true);
            var constructor = lota.getDeclaredConstructor(commands, PrintWriter.class, PrintWriter.class);
            constructor.setAccessible(true);
            StringWriter out = new StringWriter();
            Object command = constructor.newInstance(
                    standard.invoke(null), new PrintWriter(out), new PrintWriter(new StringWriter()));
            Object code = lota.getMethod("execute", String[].class).invoke(command, (Object) new String[] {"--help"});
            assertThat(code).isEqualTo(0);
            assertThat(out.toString()).startsWith("Usage: lota COMMAND");
        }
    }

    private static URL[] ownClasses() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!element.endsWith(".jar")) {
                urls.add(Path.of(element).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }
}

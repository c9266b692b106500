package io.lota4j.internal.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlTest {
    @TempDir
    private Path folder = Path.of("");

    private Yaml.Document read(String yaml) throws IOException {
        return Yaml.document(Files.writeString(folder.resolve("a.yaml"), yaml));
    }

    private static String text(Yaml value) {
        return switch (value) {
            case Yaml.Text text -> text.text() + "@" + text.line();
            case Yaml.Nothing nothing -> "-@" + nothing.line();
            case Yaml.Items items -> items.items().stream().map(YamlTest::text).toList() + "@" + items.line();
            case Yaml.Mapping mapping -> {
                StringBuilder entries = new StringBuilder("{");
                mapping.entries()
                        .forEach((key, one) -> entries.append(key)
                                .append('=')
                                .append(text(one))
                                .append(' '));
                yield entries.toString().strip() + "}";
            }
        };
    }

    @Test
    void scalarsKeepTheirTextAndValuesTheLineOfTheirKey() throws IOException {
        assertThat(text(read("a: 1e-4\nb:\nc: \"\"\nd: [0.90, ~, 'x y']\ne:\n  f: yes\n")
                        .value()))
                .isEqualTo("{a=1e-4@1 b=-@2 c=@3 d=[0.90@4, -@4, x y@4]@4 e={f=yes@6}}");
    }

    @Test
    void aliasesStandForTheirAnchorsOfAnyKind() throws IOException {
        assertThat(text(read("a: &s x\nb: *s\nc: &l [1]\nd: *l\n").value()))
                .isEqualTo("{a=x@1 b=x@2 c=[1@3]@3 d=[1@3]@4}");
    }

    @Test
    void mergedKeysStandBehindOwnOnesAndTheFirstMappingWins() throws IOException {
        assertThat(text(read("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}")
                        .value()))
                .endsWith("c={x=5@3 y=2@1 z=4@2}}");
        // Written in quotes it is a key like any other.
        assertThat(text(read("{\"<<\": 1}").value())).isEqualTo("{<<=1@1}");
        assertThatThrownBy(() -> read("a: 1\n<<: 2"))
                .hasMessageEndingWith("a.yaml, line 2: '<<' merges mappings, found another value");
    }

    @Test
    void keysThatLendTheirAnchorsAreKnown() throws IOException {
        assertThat(read("a: {b: &x 1}\nc: &y 2\nd: *x\ne: [&z 3, *z]").lending())
                .containsExactly("a");
    }

    @Test
    void aliasesThatGrowWithoutEndAreRefused() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            bomb.append(Text.format(
                    "a%d: &a%d [%s*a%d]\n", i, i, Text.format("*a%d, ", i - 1).repeat(9), i - 1));
        }
        assertThatThrownBy(() -> read(bomb.toString()))
                .hasMessageEndingWith("its aliases stand for more than 1,000,000 values");
    }

    /// Wherever one stands: the library reads some thousand characters at a time.
    @Test
    void charactersOfTwoUnitsStandAnywhere() throws IOException {
        for (int before = 1000; before < 1100; before++) {
            String text = "x".repeat(before) + "🧮 y";
            assertThat(read("\"" + text + "\"").value()).isEqualTo(new Yaml.Text(text, 1));
        }
    }

    @Test
    void nestsWithoutEndAreRefused() throws IOException {
        for (String open : List.of("[", "{a: ", "- ", "[{b: ")) {
            assertThatThrownBy(() -> read("x: 1\ny: \n  " + open.repeat(20_000)))
                    .as(open)
                    .isInstanceOf(LotaException.class)
                    .hasMessageEndingWith("line 3: more than 100 lists or mappings within each other");
        }
        assertThat(read("[".repeat(100) + "]".repeat(100)).value()).isInstanceOf(Yaml.Items.class);
    }
}

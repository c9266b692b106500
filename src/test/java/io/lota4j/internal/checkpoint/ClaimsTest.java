package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimsTest {
    @TempDir
    private Path folder;

    private Path base = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        base = Files.createDirectory(at("base"));
        data = Files.writeString(at("data"), "rows");
        Files.writeString(at("blob"), "weights");
        Files.createSymbolicLink(at("base/model"), Path.of("../blob"));
        Files.writeString(at("base/config"), "{}");
        Files.createSymbolicLink(at("here"), folder);
        Files.createDirectory(at("sub"));
    }

    @Test
    void aFileThatIsReadIsNotWritten() throws IOException {
        Files.createSymbolicLink(at("soft"), Path.of("data"));
        Files.createSymbolicLink(at("softer"), Path.of("sub/../soft"));
        Files.createLink(at("hard"), data);
        for (String name :
                List.of("data", "./data", "sub/../data", "here/data", "here/here/./data", "soft", "softer", "hard")) {
            assertThatThrownBy(() -> new Claims()
                            .reads("the data", data)
                            .writes("the ticket", at(name))
                            .check())
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "the ticket (%s) is what the data reads (%s). Give another path to write to.",
                            at(name), data);
            assertThatThrownBy(() -> new Claims()
                            .reads("the data", at(name))
                            .writes("the ticket", data)
                            .check())
                    .isInstanceOf(LotaException.class);
        }
    }

    @Test
    void aFileThatIsStillToComeIsTheSameByAnyName() throws IOException {
        Files.createSymbolicLink(at("dangling"), Path.of("sub/new"));
        for (String name : List.of("sub/new", "here/sub/new", "dangling", "sub/./none/../new")) {
            assertThatThrownBy(() -> new Claims()
                            .writes("one", at("sub/new"))
                            .writes("the other", at(name))
                            .check())
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "one and the other would both be written to %s. Give each a path of its own.", at(name));
        }
    }

    @Test
    void nothingIsWrittenInADirectoryThatIsRead() throws IOException {
        Files.createSymbolicLink(at("sub/in"), base);
        for (String name :
                List.of("base", "base/model", "base/config", "base/new", "base/a/b/c", "here/base/new", "sub/in/new")) {
            for (boolean directory : new boolean[] {true, false}) {
                Claims claims = new Claims().reads("the base", base);
                if (directory) {
                    claims.fills("the model", at(name));
                } else {
                    claims.writes("the model", at(name));
                }
                assertThatThrownBy(claims::check).as(name).isInstanceOf(LotaException.class);
            }
            assertThatThrownBy(() -> new Claims()
                            .reads("the base", base)
                            .addsTo("the curves", at(name))
                            .check())
                    .isInstanceOf(LotaException.class);
        }
    }

    @Test
    void whatADirectorysLinksLeadToIsPartOfIt() throws IOException {
        Files.createLink(at("hard"), at("base/config"));
        for (String name : List.of("blob", "hard")) {
            assertThatThrownBy(() -> new Claims()
                            .reads("the base", base)
                            .writes("the ticket", at(name))
                            .check())
                    .isInstanceOf(LotaException.class)
                    .hasMessageMatching(Text.format(
                            "the ticket \\(\\Q%s\\E\\) is the same file as \\w+ in the directory that the base reads"
                                    + " .*",
                            at(name)));
        }
    }

    @Test
    void aDirectoryThatIsMadeHoldsNothingElse() {
        assertThatThrownBy(() -> new Claims()
                        .reads("the data", data)
                        .fills("the model", folder)
                        .check())
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("holds what the data reads");
        assertThatThrownBy(() -> new Claims()
                        .fills("the model", at("new"))
                        .writes("the ticket", at("here/new/t"))
                        .check())
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("the ticket (%s) is in the directory of the model", at("here/new/t"));
    }

    @Test
    void whatDoesNotMeetIsFine() throws IOException {
        Path other = Files.createDirectory(at("base2"));
        Path device = Files.createSymbolicLink(at("device"), Path.of("/dev/null"));
        assertThatCode(() -> new Claims()
                        .reads("the base", base)
                        .reads("the data", data)
                        .fills("the model", other)
                        .writes("the ticket", at("base-ticket"))
                        .writes("one table", device)
                        .writes("another table", device)
                        .addsTo("the curves", folder)
                        .check())
                .doesNotThrowAnyException();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}

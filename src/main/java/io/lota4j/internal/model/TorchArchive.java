package io.lota4j.internal.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes TorchScript source as the archive that libtorch loads: a stored zip of the source, an empty constant table
/// and the pickle of a module without parameters.
final class TorchArchive {
    private static final String TYPE = "__torch__";
    private static final String NAME = "Ops";
    /// The newest that libtorch 2.x knows: in older ones some operators, such as gelu, have their arguments of old.
    private static final String VERSION = "10\n";
    /// Pickle of an empty tuple, protocol 2.
    private static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    private TorchArchive() {}

    /// @param source the classes of the module `__torch__.Ops`, TorchScript's serialized dialect
    static InputStream of(String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "ops/data.pkl", modulePickle());
            store(zip, "ops/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "ops/constants.pkl", NO_CONSTANTS);
            store(zip, "ops/version", VERSION.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /// `c__torch__\nOps\n)\x81}X\x08training\x88sb.` : an object of the class with the one attribute that the
    /// format asks for.
    private static byte[] modulePickle() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2});
        out.writeBytes(("c" + TYPE + "\n" + NAME + "\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {')', (byte) 0x81, '}'});
        byte[] attribute = "training".getBytes(StandardCharsets.US_ASCII);
        out.writeBytes(new byte[] {'X', (byte) attribute.length, 0, 0, 0});
        out.writeBytes(attribute);
        out.writeBytes(new byte[] {(byte) 0x88, 's', 'b', '.'});
        return out.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}

package io.lota4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.lota4j.internal.Text;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/// Which package may import which: data flows from checkpoints to the command line and never back.
@AnalyzeClasses(packages = "io.lota4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String JDK = "java..";
    private static final String JSPECIFY = "org.jspecify.annotations..";
    private static final String ERROR_PRONE = "com.google.errorprone.annotations..";
    private static final String JACKSON = "tools.jackson..";
    private static final String SNAKEYAML = "org.snakeyaml.engine..";
    private static final String ROARING = "org.roaringbitmap..";
    private static final String TOKENIZERS = "ai.djl.huggingface.tokenizers..";
    private static final String HARDWOOD = "dev.hardwood..";
    private static final String ZSTD = "com.github.luben.zstd..";

    /// What every package may use, though it stands beside the library's front.
    private static final DescribedPredicate<JavaClass> SHARED = resideInAPackage("io.lota4j.internal")
            .or(belongToAnyOf(LotaException.class, StoppedException.class))
            .as("shared classes");

    /// [Lota] and what it takes: the library's front.
    private static final DescribedPredicate<JavaClass> FRONT =
            resideInAPackage("io.lota4j").and(not(SHARED)).as("the library's front");

    @ArchTest
    static final ArchRule SHARED_CLASSES_STAND_ALONE = classes()
            .that(SHARED)
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage(JDK, JSPECIFY, ERROR_PRONE).or(SHARED));

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_AND_THE_DEMO_IMPORT_THE_FRONT = noClasses()
            .that()
            .resideOutsideOfPackages("io.lota4j", own("cli"), own("demo"))
            .should()
            .dependOnClassesThat(FRONT);

    @ArchTest
    static final ArchRule THE_FRONT_NEEDS_NO_LIBRARY = classes()
            .that(FRONT)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    JDK,
                    JSPECIFY,
                    "io.lota4j",
                    "io.lota4j.internal",
                    own("memory"),
                    own("checkpoint"),
                    own("mask"),
                    own("kernel"),
                    own("ticket"),
                    own("merge"),
                    own("export"),
                    own("data"),
                    own("model"),
                    own("train"),
                    own("eval"),
                    own("guard"),
                    own("experiment")));

    private static final DescribedPredicate<JavaClass> ENGINE = resideInAnyPackage("ai.djl..", "jcuda..");
    private static final DescribedPredicate<JavaClass> INTERNAL = resideInAPackage("io.lota4j.internal..");

    /// What a program can name, and no more.
    @ArchTest
    static final ArchRule THE_FRONT_NAMES_NOTHING_INTERNAL = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(FRONT)
            .should(new NameNone(ENGINE.or(INTERNAL), "name nothing internal"));

    @ArchTest
    static final ArchRule NO_ENGINE_IN_THE_PUBLIC_SURFACE = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(DescribedPredicate.describe(
                    "are public and not internal",
                    type -> type.getModifiers().contains(JavaModifier.PUBLIC) && !INTERNAL.test(type)))
            .should(new NameNone(ENGINE, "name no engine"));

    @ArchTest
    static final ArchRule YAML = onlyImports("yaml", SNAKEYAML);

    @ArchTest
    static final ArchRule EVENTS = onlyImports("events");

    @ArchTest
    static final ArchRule MEMORY = onlyImports("memory");

    @ArchTest
    static final ArchRule CHECKPOINT = onlyImports("checkpoint", JACKSON);

    @ArchTest
    static final ArchRule MASK = onlyImports("mask", JACKSON, ROARING, own("checkpoint"));

    @ArchTest
    static final ArchRule KERNEL =
            onlyImports("kernel", own("memory"), own("checkpoint"), own("mask"), "jdk.incubator.vector..", "jcuda..");

    @ArchTest
    static final ArchRule CUDA_STAYS_IN_ITS_KERNEL = noClasses()
            .that()
            .resideOutsideOfPackage(own("kernel.cuda"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jcuda..");

    @ArchTest
    static final ArchRule VECTORS_STAY_IN_THEIR_KERNEL = noClasses()
            .that()
            .resideOutsideOfPackage(own("kernel.vector"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule TICKET = onlyImports("ticket", JACKSON, ROARING, own("checkpoint"), own("mask"));

    @ArchTest
    static final ArchRule PEFT = onlyImports("peft", JACKSON, own("checkpoint"));

    @ArchTest
    static final ArchRule MERGE = onlyImports(
            "merge", JACKSON, ROARING, own("yaml"), own("checkpoint"), own("mask"), own("ticket"), own("peft"));

    @ArchTest
    static final ArchRule GGUF = onlyImports("gguf", own("checkpoint"));

    @ArchTest
    static final ArchRule EXPORT = onlyImports(
            "export",
            JACKSON,
            ROARING,
            own("checkpoint"),
            own("mask"),
            own("ticket"),
            own("peft"),
            own("merge"),
            own("gguf"),
            own("data"),
            own("model"));

    @ArchTest
    static final ArchRule JINJA = onlyImports("jinja");

    @ArchTest
    static final ArchRule DATA =
            onlyImports("data", JACKSON, TOKENIZERS, HARDWOOD, ZSTD, own("jinja"), own("checkpoint"));

    @ArchTest
    static final ArchRule MODEL =
            onlyImports("model", JACKSON, "ai.djl..", own("memory"), own("checkpoint"), own("kernel"));

    @ArchTest
    static final ArchRule TRAIN = onlyImports(
            "train",
            JACKSON,
            ROARING,
            "ai.djl..",
            own("memory"),
            own("checkpoint"),
            own("mask"),
            own("kernel"),
            own("ticket"),
            own("data"),
            own("model"),
            own("events"),
            own("peft"));

    @ArchTest
    static final ArchRule EVAL = onlyImports("eval", JACKSON, "ai.djl..", own("checkpoint"), own("data"), own("model"));

    @ArchTest
    static final ArchRule GUARD = onlyImports(
            "guard",
            JACKSON,
            "org.roaringbitmap..",
            own("checkpoint"),
            own("memory"),
            own("data"),
            own("model"),
            own("mask"),
            own("ticket"),
            own("eval"),
            own("train"));

    @ArchTest
    static final ArchRule METRICS = onlyImports("metrics", JACKSON, own("checkpoint"));

    @ArchTest
    static final ArchRule REPORT = onlyImports("report", own("checkpoint"), own("metrics"), own("guard"))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NOTHING_IMPORTS_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage(own("cli"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(own("cli"));

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_IMPORTS_THE_DEMO = noClasses()
            .that()
            .resideOutsideOfPackages(own("cli"), own("demo"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(own("demo"));

    @ArchTest
    static final ArchRule PICOCLI_STAYS_IN_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage(own("cli"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule THE_ENGINE_STAYS_WHERE_TENSORS_ARE = noClasses()
            .that()
            .resideOutsideOfPackages(own("model"), own("train"), own("eval"), own("data"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().assignedFrom(new Packages()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule SAME_ON_EVERY_MACHINE = classes().should(new SameOnEveryMachine());

    /// What makes, changes or moves a file.
    private static final Set<String> WRITING = Set.of(
            "write",
            "writeString",
            "newBufferedWriter",
            "newOutputStream",
            "newByteChannel",
            "copy",
            "move",
            "createFile",
            "setPosixFilePermissions");

    /// What writes by itself, as `ticket` and `merge.run` do, for a reason: in directories that become results when
    /// they are done, or rows that are on the disk as soon as they are known, or no file that anybody keeps.
    private static final Set<String> WRITERS = Set.of(
            "io.lota4j.internal.ProcessMemory",
            "io.lota4j.cli.MergeWorks",
            "io.lota4j.cli.MetricsLog",
            "io.lota4j.cli.MetricsRows",
            "io.lota4j.internal.data.StoredExamples$Writer",
            "io.lota4j.internal.data.file.Spool",
            "io.lota4j.internal.events.EventFile",
            "io.lota4j.experiment.RunLock",
            "io.lota4j.internal.model.RandomModel",
            "io.lota4j.internal.peft.NewAdapter");

    /// A file that is written otherwise is lost at the wrong moment, or takes another with it.
    @ArchTest
    static final ArchRule FILES_ARE_WRITTEN_IN_ONE_PLACE = noClasses()
            .that(not(resideInAnyPackage(own("checkpoint"), own("ticket"), own("merge.run")))
                    .and(DescribedPredicate.describe("write by themselves", c -> !WRITERS.contains(c.getName()))))
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "a file is written",
                    call -> (call.getTargetOwner().isEquivalentTo(Files.class) && WRITING.contains(call.getName()))
                            || (call.getTargetOwner().isEquivalentTo(FileChannel.class)
                                    && call.getName().equals("open"))))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.RandomAccessFile")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.FileWriter");

    private static final Pattern CONVERSIONS =
            Pattern.compile("as[A-Z].*|(string|int|long|boolean|double|float|short|number|decimal|bigInteger)ValueOpt");

    /// What Jackson converts, or replaces by a default, would be of a wrong type and silently something else: a value
    /// is asked for its type, and refused.
    @ArchTest
    static final ArchRule JSON_VALUES_HAVE_THE_TYPE_THAT_IS_EXPECTED = noClasses()
            .should()
            .accessTargetWhere(DescribedPredicate.describe("a value of JSON is converted", ArchitectureTest::converts));

    private static boolean converts(JavaAccess<?> access) {
        if (!access.getTargetOwner().isAssignableTo(JsonNode.class)
                || !(access.getTarget() instanceof CodeUnitAccessTarget target)) {
            return false;
        }
        return CONVERSIONS.matcher(access.getName()).matches()
                || (access.getName().matches("[a-zA-Z]+Value")
                        && !target.getRawParameterTypes().isEmpty());
    }

    /// What reads JSON by itself, for a reason: rows of lota's own that a crash may have cut
    /// off, and tables, which are no JSON.
    private static final Set<String> JSON_READERS = Set.of(
            "io.lota4j.internal.checkpoint.StrictJson",
            "io.lota4j.cli.MetricsRows",
            "io.lota4j.internal.data.file.SeparatedValues",
            "io.lota4j.internal.merge.run.Journal");

    /// Another reader would take the last of two keys of one name, or text behind the value.
    @ArchTest
    static final ArchRule JSON_IS_READ_IN_ONE_PLACE = noClasses()
            .that(DescribedPredicate.describe("read by themselves", c -> !JSON_READERS.contains(c.getName())))
            .should()
            .accessTargetWhere(DescribedPredicate.describe(
                    "JSON is read",
                    access -> (access.getTargetOwner().isAssignableTo(ObjectMapper.class)
                                    || access.getTargetOwner().isAssignableTo(ObjectReader.class))
                            && access.getName().startsWith("read")));

    /// What lends a device's memory, so what knows where it is.
    private static final Set<String> BUFFERS = Set.of(
            "io.lota4j.internal.model.TensorAddress",
            "io.lota4j.internal.model.TensorBuffer",
            "io.lota4j.internal.model.Torch");

    /// A card's address read on the host ends the JVM. All others borrow what is in a buffer from it.
    @ArchTest
    static final ArchRule ONLY_KERNELS_SEE_ADDRESSES = noClasses()
            .that(not(resideInAnyPackage(own("kernel"), own("memory")))
                    .and(DescribedPredicate.describe("lend no memory", c -> !BUFFERS.contains(c.getName()))))
            .should()
            .accessTargetWhere(DescribedPredicate.describe("an address is seen", ArchitectureTest::seesAddress));

    private static boolean seesAddress(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getName();
        if (owner.isAssignableTo(Buffer.class)) {
            return name.equals("address") || name.equals("memory") || name.equals("memoryOf");
        }
        if (owner.isAssignableTo(MemorySegment.class)) {
            return name.equals("address") || name.equals("ofAddress") || name.equals("reinterpret");
        }
        return owner.getPackageName().startsWith("ai.djl") && name.equals("toByteBuffer");
    }

    /// One class quietens a library that logs so.
    @ArchTest
    static final ArchRule NO_JAVA_UTIL_LOGGING = noClasses()
            .that(DescribedPredicate.describe(
                    "log by themselves", c -> !c.getName().equals("io.lota4j.cli.QuietLibraries")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS =
            noClasses().that().resideOutsideOfPackage(own("cli")).should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule NO_BARE_EXCEPTIONS = NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

    /// A package's public part and its internal one: one unit, of which either may use the other.
    private static String own(String name) {
        return Text.format("io.lota4j.[%s|internal.%s]..", name, name);
    }

    private static ArchRule onlyImports(String name, String... others) {
        String[] allowed = Stream.concat(Stream.of(JDK, JSPECIFY, own(name)), Stream.of(others))
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(own(name))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(SHARED));
    }

    /// Packages, each with its internal part.
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName().replaceFirst("^io\\.lota4j(\\.internal)?\\.?", "");
            return name.isEmpty() ? SliceIdentifier.ignore() : SliceIdentifier.of(name);
        }

        @Override
        public String getDescription() {
            return "packages, each with its internal part,";
        }
    }

    /// None of some types is in a method's signature.
    private static final class NameNone extends ArchCondition<JavaMethod> {
        private final DescribedPredicate<JavaClass> types;

        NameNone(DescribedPredicate<JavaClass> types, String description) {
            super(description);
            this.types = types;
        }

        @Override
        public void check(JavaMethod method, ConditionEvents events) {
            Stream.concat(
                            method.getReturnType().getAllInvolvedRawTypes().stream(),
                            method.getParameterTypes().stream().flatMap(type -> type.getAllInvolvedRawTypes().stream()))
                    .filter(types)
                    .forEach(type -> events.add(SimpleConditionEvent.violated(
                            method, Text.format("%s names %s", method.getFullName(), type.getName()))));
        }
    }
}

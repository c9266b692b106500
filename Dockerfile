# docker build -t lota . && docker run --rm -v "$PWD:/work" lota demo --short
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY .mvn .mvn
COPY src/main src/main
RUN mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true package

# PyTorch's libraries need glibc: no Alpine.
FROM eclipse-temurin:25-jre
COPY --from=build /src/target/lota4j.jar /src/target/lota4j-cli.jar /opt/lota/
COPY --from=build /src/target/lib /opt/lota/lib
# As the launcher `lota` sets them; it says why.
ENV LC_ALL=C.UTF-8 \
    OMP_WAIT_POLICY=PASSIVE \
    GOMP_SPINCOUNT=10000 \
    ONEDNN_PRIMITIVE_CACHE_CAPACITY=24 \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=68719476736:glibc.malloc.top_pad=268435456 \
    ENGINE_CACHE_DIR=/opt/lota/engine
# The engine unpacks its libraries once, here: containers start without that, and on a read-only file system.
RUN --mount=from=build,source=/src/src/main/resources/io/lota4j/demo/base,target=/base \
    java --enable-native-access=ALL-UNNAMED -jar /opt/lota/lota4j-cli.jar generate --model /base --max-new 1 flip \
    && chmod -R a+rX /opt/lota
WORKDIR /work
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmn24m", "-jar", "/opt/lota/lota4j-cli.jar"]
CMD ["--help"]

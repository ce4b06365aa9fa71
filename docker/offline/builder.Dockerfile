# The context is a Maven repository.
FROM debian:12-slim
RUN apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends default-jdk-headless maven binutils > /dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY . /root/.m2/repository

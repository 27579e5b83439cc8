# syntax=docker/dockerfile:1
# The registry in a container: Node runs the TypeScript sources as they are, so nothing is built.

FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script runs; the image has Node of its own, so the one pinned as an npm package stays out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM node:26-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
# /data holds the log, the personal store and the read model; the sources stay root's and can't be written.
RUN install -d -o node -g node -m 0700 /data
VOLUME /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM lets the server finish what it accepted, flush and close, within 10 s.
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts", "serve"]

# The build needs everything: the compiler and its platform package are among the optional packages.
FROM node:24-slim AS build
WORKDIR /build
COPY .npmrc package.json package-lock.json ./
RUN npm ci
COPY .swcrc nest-cli.json tsconfig.json ./
COPY client client
COPY demo demo
COPY scripts scripts
COPY src src
# The folder of a build is named after what it holds; the image wants a name that stays.
RUN mv "$(node scripts/build.mjs)" service

# What runs, and nothing else: no compiler, no tests, no embedded PostgreSQL (those are optional packages).
FROM node:24-slim
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY --from=build /build/service service
ENV NODE_ENV=production DEPLOY_ENV=production
# It owns none of the files it runs from.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# As scripts/node-flags.mjs has it.
CMD ["node", "--min-semi-space-size=16", "--max-semi-space-size=16", "--no-parallel-scavenge", "--heap-growing-percent=40", "--no-allocation-site-pretenuring", "service/main.js"]

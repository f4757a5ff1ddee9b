# One image for both processes of the apart form: `countersign api` and `countersign worker`.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY policies policies
COPY src src
COPY workflows workflows
COPY activities activities
COPY worker worker
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
# Without root certificates no worker reaches a Temporal or a receiver of webhooks behind a public one.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY examples/billing examples/billing
COPY LICENSE README.md ./
# The billing example keeps its invoices here.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 7700
ENTRYPOINT ["node", "dist/src/cli/bin.js"]
CMD ["api"]

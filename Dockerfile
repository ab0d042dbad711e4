# One image for the gateway and both subgraphs in split mode; docker-compose.yml says which is which.
# Debian, because the query planner is a native addon for glibc: it does not load on Alpine.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lock file that lacks the optional packages of platforms that nobody here has.
RUN npm install --no-save --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/bin ./bin
COPY --from=build /app/docker/create-secrets.sh ./docker/
COPY --from=build /app/subgraphs/manufacturing/schema.graphql ./subgraphs/manufacturing/
COPY --from=build /app/subgraphs/ownership/schema.graphql ./subgraphs/ownership/
COPY --from=build /app/gateway/schema.graphql /app/gateway/supergraph.graphql ./gateway/
COPY --from=build /app/package.json /app/LICENSE ./
# A new volume takes over the owner of the folder that it covers.
RUN mkdir -p /data /keys /secrets /issue/all /issue/gateway /issue/manufacturing /issue/ownership /issue/witness-1 /issue/witness-2 \
 && chown -R node:node /data /keys /secrets /issue
USER node
# As in start/node-flags.ts, which says why.
ENTRYPOINT ["node", "--max-semi-space-size=64", "bin/tracegraph.js"]

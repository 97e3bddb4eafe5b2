#!/bin/sh
# Runs once, on an empty volume. The owner of the schema is no superuser: it may create the service's role, and no more.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password OWNER_PASSWORD
create role onboarding_owner login createrole password :'password';
create database onboarding owner onboarding_owner encoding 'UTF8' template template0;
SQL

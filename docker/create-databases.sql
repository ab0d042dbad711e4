-- The roles and databases of both services, for psql as a superuser, once for a server. PostgreSQL's image runs it on an empty
-- volume; elsewhere: psql -v ON_ERROR_STOP=1 -f create-databases.sql, with the four passwords in the environment.
-- Owners own the tables and run migrations. Applications own nothing and cannot pass row-level security.
\getenv manufacturing_owner_password MANUFACTURING_OWNER_PASSWORD
\getenv manufacturing_app_password MANUFACTURING_APP_PASSWORD
\getenv ownership_owner_password OWNERSHIP_OWNER_PASSWORD
\getenv ownership_app_password OWNERSHIP_APP_PASSWORD

CREATE ROLE manufacturing_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'manufacturing_owner_password';
CREATE ROLE manufacturing_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'manufacturing_app_password';
CREATE ROLE ownership_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'ownership_owner_password';
CREATE ROLE ownership_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'ownership_app_password';
-- Sees which tenants have links to hand over, and nothing else. The application becomes it for that one question.
CREATE ROLE ownership_worker NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT ownership_worker TO ownership_app;

CREATE DATABASE manufacturing OWNER manufacturing_owner;
CREATE DATABASE ownership OWNER ownership_owner;
-- Databases of one server are separate rooms: no service enters the other's.
REVOKE ALL ON DATABASE manufacturing, ownership FROM PUBLIC;
GRANT CONNECT ON DATABASE manufacturing TO manufacturing_app;
GRANT CONNECT ON DATABASE ownership TO ownership_app;

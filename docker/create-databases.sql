-- The roles and databases of the three services, for psql as a superuser, once for a server. PostgreSQL's image runs it on an empty
-- volume; elsewhere: psql -v ON_ERROR_STOP=1 -f create-databases.sql, with the six passwords in the environment.
-- Owners own the tables and run migrations. Applications own nothing and cannot pass row-level security; of the roles that they may
-- become they have no right before (NOINHERIT: it must be said before the role is granted).
\getenv manufacturing_owner_password MANUFACTURING_OWNER_PASSWORD
\getenv manufacturing_app_password MANUFACTURING_APP_PASSWORD
\getenv ownership_owner_password OWNERSHIP_OWNER_PASSWORD
\getenv ownership_app_password OWNERSHIP_APP_PASSWORD
\getenv gateway_owner_password GATEWAY_OWNER_PASSWORD
\getenv gateway_app_password GATEWAY_APP_PASSWORD

CREATE ROLE manufacturing_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'manufacturing_owner_password';
CREATE ROLE manufacturing_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD :'manufacturing_app_password';
CREATE ROLE ownership_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'ownership_owner_password';
CREATE ROLE ownership_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD :'ownership_app_password';
CREATE ROLE gateway_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'gateway_owner_password';
CREATE ROLE gateway_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD :'gateway_app_password';
-- Sees which tenants have links to hand over, and nothing else. The application becomes it for that one question.
CREATE ROLE ownership_worker NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT ownership_worker TO ownership_app;
-- Looks up API keys, whose tenant may be made up, and reads nothing else. The application becomes it for that one question.
CREATE ROLE gateway_door NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT gateway_door TO gateway_app;
-- Sees which tenants have webhooks to serve, and nothing else. The application becomes it for that one question.
CREATE ROLE gateway_dispatcher NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT gateway_dispatcher TO gateway_app;
-- Bring entries into the services' logs. The applications become them for that alone.
CREATE ROLE manufacturing_sequencer NOLOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE ownership_sequencer NOLOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE gateway_sequencer NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT manufacturing_sequencer TO manufacturing_app;
GRANT ownership_sequencer TO ownership_app;
GRANT gateway_sequencer TO gateway_app;

CREATE DATABASE manufacturing OWNER manufacturing_owner;
CREATE DATABASE ownership OWNER ownership_owner;
CREATE DATABASE gateway OWNER gateway_owner;
-- Databases of one server are separate rooms: no service enters another's.
REVOKE ALL ON DATABASE manufacturing, ownership, gateway FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE manufacturing TO manufacturing_app;
GRANT CONNECT ON DATABASE ownership TO ownership_app;
GRANT CONNECT ON DATABASE gateway TO gateway_app;

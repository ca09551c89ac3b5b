#!/bin/sh
# Configures and starts the agent of the application catalog. Runs once, at first boot.
set -eu
umask 077

mkdir -p /etc/murano/certs /etc/systemd/system /var/murano/plans /var/log

cat > /etc/murano/agent.conf <<'END_OF_AGENT_CONFIGURATION'
%AGENT_CONFIGURATION%
END_OF_AGENT_CONFIGURATION

cat > /etc/murano/certs/ca_certs <<'END_OF_CA_CERTIFICATES'
%CA_CERTIFICATES%
END_OF_CA_CERTIFICATES

cat > /etc/systemd/system/murano-agent.service <<'END_OF_AGENT_SERVICE'
%AGENT_SERVICE%
END_OF_AGENT_SERVICE
chmod 644 /etc/systemd/system/murano-agent.service

systemctl daemon-reload
systemctl enable --now murano-agent.service
